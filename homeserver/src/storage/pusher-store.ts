import type { Database, Transaction } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'

export interface Pusher {
  readonly userId: UserId
  readonly appId: string
  readonly pushkey: string
  /** Of the device that set it; empty for an application service without one. */
  readonly deviceId: string
  /** As clients get it. */
  readonly content: JsonObject
}

const SELECT = 'select content from pusher where user_id = $1 order by app_id, pushkey'
const COUNT = 'select count(*) as n from pusher where user_id = $1'
const UPSERT = `insert into pusher (user_id, app_id, pushkey, device_id, content) values ($1, $2, $3, $4, $5)
  on conflict (user_id, app_id, pushkey) do update set device_id = excluded.device_id, content = excluded.content`
const DELETE = 'delete from pusher where user_id = $1 and app_id = $2 and pushkey = $3'
const DELETE_OF_OTHERS = 'delete from pusher where user_id <> $1 and app_id = $2 and pushkey = $3'
const DELETE_OF_DEVICE = 'delete from pusher where user_id = $1 and device_id = $2'

export class PusherStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async of(userId: UserId): Promise<JsonObject[]> {
    const rows = await this.#db.all<{ content: string }>(SELECT, userId)
    return rows.map((row) => JSON.parse(row.content) as JsonObject)
  }

  async count(tx: Transaction, userId: UserId): Promise<number> {
    return (await tx.get<{ n: number }>(COUNT, userId))?.n ?? 0
  }

  async set(tx: Transaction, pusher: Pusher): Promise<void> {
    const { userId, appId, pushkey, deviceId, content } = pusher
    await tx.run(UPSERT, userId, appId, pushkey, deviceId, JSON.stringify(content))
  }

  async delete(
    tx: Transaction,
    { userId, appId, pushkey }: Pick<Pusher, 'userId' | 'appId' | 'pushkey'>,
  ): Promise<void> {
    await tx.run(DELETE, userId, appId, pushkey)
  }

  /** The device has a new owner. */
  async deleteOfOthers(tx: Transaction, { userId, appId, pushkey }: Pusher): Promise<void> {
    await tx.run(DELETE_OF_OTHERS, userId, appId, pushkey)
  }

  async deleteOfDevice(tx: Transaction, userId: UserId, deviceId: string): Promise<void> {
    await tx.run(DELETE_OF_DEVICE, userId, deviceId)
  }
}
