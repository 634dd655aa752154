import type { Database, Transaction } from '@pons/database'
import { invalidParam, notFound, ownValue, wrongRoomKeysVersion, type JsonObject, type UserId } from '@pons/matrix'
import { RoomKeyStore, type BackedUpKey, type BackupVersion, type KeyRange } from '../storage/room-key-store.ts'

export interface BackupState {
  readonly count: number
  readonly etag: string
}

/** Room keys that users keep here, encrypted: https://spec.matrix.org/latest/client-server-api/#server-side-key-backups */
export class KeyBackup {
  readonly #db: Database
  readonly #store: RoomKeyStore

  constructor(db: Database) {
    this.#db = db
    this.#store = new RoomKeyStore(db)
  }

  async create(userId: UserId, algorithm: string, authData: JsonObject): Promise<string> {
    return String(await this.#db.transaction((tx) => this.#store.create(tx, userId, algorithm, authData)))
  }

  /** Without a version, the newest. @throws MatrixError M_NOT_FOUND */
  async version(userId: UserId, version?: string): Promise<BackupVersion & { readonly count: number }> {
    const found = version === undefined ? await this.#store.newest(userId) : await this.#find(userId, version)
    if (!found) throw notFound('No current backup version')
    return { ...found, count: await this.#store.count(userId, found.version) }
  }

  async update(userId: UserId, version: string, algorithm: string, authData: JsonObject): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const found = await this.#find(userId, version, tx)
      if (found.algorithm !== algorithm) throw invalidParam('The algorithm of a backup cannot change')
      await this.#store.setAuthData(tx, userId, found.version, authData)
    })
  }

  async delete(userId: UserId, version: string): Promise<void> {
    const number = numberOf(version)
    await this.#db.transaction(async (tx) => {
      if (!(await this.#store.delete(tx, userId, number))) throw notFound('Unknown backup version')
    })
  }

  async keys(userId: UserId, version: string, range: KeyRange): Promise<BackedUpKey[]> {
    const found = await this.#find(userId, version)
    return this.#store.keys(userId, found.version, range)
  }

  /** Each key only where it is better than the one that is there. @throws MatrixError M_WRONG_ROOM_KEYS_VERSION */
  async put(userId: UserId, version: string, keys: readonly BackedUpKey[]): Promise<BackupState> {
    return this.#db.transaction(async (tx) => {
      const current = await this.#store.newest(userId, tx)
      if (!current) throw notFound('No current backup version')
      if (String(current.version) !== version) {
        throw wrongRoomKeysVersion('Wrong backup version.', { current_version: String(current.version) })
      }
      let isChanged = false
      for (const key of keys) {
        const [before] = await this.#store.keys(userId, current.version, key, tx)
        if (before && !isBetter(key.content, before.content)) continue
        await this.#store.setKey(tx, userId, current.version, key)
        isChanged = true
      }
      return this.#state(tx, userId, current.version, isChanged)
    })
  }

  async deleteKeys(userId: UserId, version: string, range: KeyRange): Promise<BackupState> {
    return this.#db.transaction(async (tx) => {
      const found = await this.#find(userId, version, tx)
      const deleted = await this.#store.deleteKeys(tx, userId, found.version, range)
      return this.#state(tx, userId, found.version, deleted > 0)
    })
  }

  async #state(tx: Transaction, userId: UserId, version: number, isChanged: boolean): Promise<BackupState> {
    if (isChanged) await this.#store.countChange(tx, userId, version)
    const found = await this.#store.version(userId, version, tx)
    return { count: await this.#store.count(userId, version, tx), etag: String(found?.etag ?? 0) }
  }

  async #find(userId: UserId, version: string, tx?: Transaction): Promise<BackupVersion> {
    const found = await this.#store.version(userId, numberOf(version), tx)
    if (!found) throw notFound('Unknown backup version')
    return found
  }
}

function numberOf(version: string): number {
  if (!/^\d{1,9}$/.test(version)) throw notFound('Unknown backup version')
  return Number(version)
}

/** https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3room_keyskeysroomidsessionid */
function isBetter(next: JsonObject, before: JsonObject): boolean {
  const verified = (key: JsonObject): boolean => ownValue(key, 'is_verified') === true
  if (verified(next) !== verified(before)) return verified(next)
  const [nextFirst, first] = [numberAt(next, 'first_message_index'), numberAt(before, 'first_message_index')]
  if (nextFirst !== first) return nextFirst < first
  return numberAt(next, 'forwarded_count') < numberAt(before, 'forwarded_count')
}

function numberAt(key: JsonObject, name: string): number {
  const value = ownValue(key, name)
  return typeof value === 'number' ? value : Number.MAX_SAFE_INTEGER
}
