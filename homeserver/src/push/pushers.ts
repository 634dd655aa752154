import type { Database } from '@pons/database'
import { resourceLimitExceeded, type JsonObject, type UserId } from '@pons/matrix'
import type { Sessions } from '../devices/sessions.ts'
import { PusherStore, type Pusher } from '../storage/pusher-store.ts'

const MAX_PER_USER = 50

/** Where users want to be pushed. They are kept and shown; nothing is sent to push gateways yet. */
export class Pushers {
  readonly #db: Database
  readonly #store: PusherStore

  constructor(db: Database, sessions: Sessions) {
    this.#db = db
    this.#store = new PusherStore(db)
    sessions.onDelete((tx, { userId, deviceId }) => this.#store.deleteOfDevice(tx, userId, deviceId))
  }

  of(userId: UserId): Promise<JsonObject[]> {
    return this.#store.of(userId)
  }

  /** Unless `isAppended`, the same pushkey of other users goes: the device is in other hands. */
  async set(pusher: Pusher, isAppended: boolean): Promise<void> {
    await this.#db.transaction(async (tx) => {
      if (!isAppended) await this.#store.deleteOfOthers(tx, pusher)
      await this.#store.set(tx, pusher)
      if ((await this.#store.count(tx, pusher.userId)) > MAX_PER_USER) {
        throw resourceLimitExceeded(`a user may have ${MAX_PER_USER} pushers at most`)
      }
    })
  }

  async remove(pusher: Pick<Pusher, 'userId' | 'appId' | 'pushkey'>): Promise<void> {
    await this.#db.transaction((tx) => this.#store.delete(tx, pusher))
  }

  get store(): PusherStore {
    return this.#store
  }
}
