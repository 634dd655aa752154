import { setImmediate } from 'node:timers/promises'
import type { Database, Transaction } from '@pons/database'
import {
  invalidParam,
  notFound,
  ownValue,
  resourceLimitExceeded,
  wrongRoomKeysVersion,
  type JsonObject,
  type JsonValue,
  type UserId,
} from '@pons/matrix'
import QuickLRU from 'quick-lru'
import {
  keyPieces,
  RoomKeyStore,
  type BackedUpKey,
  type BackupVersion,
  type KeyRange,
} from '../storage/room-key-store.ts'
import { checkBackedUpKey, checkVersion } from './check-backed-up-key.ts'

export interface BackupState {
  readonly count: number
  readonly etag: string
}

const MAX_KEYS = 100_000
const MAX_VERSIONS = 20

/** Room keys that users keep here, encrypted: https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups */
export class KeyBackup {
  readonly #db: Database
  readonly #store: RoomKeyStore
  /** How many keys a backup has: to count them is to read it whole, and clients add a few at a time. */
  readonly #counts = new QuickLRU<string, number>({ maxSize: 10_000 })

  constructor(db: Database) {
    this.#db = db
    this.#store = new RoomKeyStore(db)
  }

  async create(userId: UserId, algorithm: string, authData: JsonValue): Promise<string> {
    checkVersion(algorithm, authData)
    return this.#db.transaction(async (tx) => {
      if ((await this.#store.countVersions(tx, userId)) >= MAX_VERSIONS)
        throw resourceLimitExceeded(`a user may have ${MAX_VERSIONS} backups at most; delete some first`)
      return String(await this.#store.create(tx, userId, algorithm, authData))
    })
  }

  /** Without a version, the newest. @throws MatrixError M_NOT_FOUND */
  async version(userId: UserId, version?: string): Promise<BackupVersion & { readonly count: number }> {
    const found = version === undefined ? await this.#store.newest(userId) : await this.#find(userId, version)
    if (!found) throw notFound('No current backup version')
    const known = this.#counts.get(backupName(userId, found.version))
    return { ...found, count: known ?? (await this.#store.count(userId, found.version)) }
  }

  async update(userId: UserId, version: string, algorithm: string, authData: JsonValue): Promise<void> {
    checkVersion(algorithm, authData)
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
      this.#counts.delete(backupName(userId, number))
    })
  }

  async keys(userId: UserId, version: string, range: KeyRange): Promise<BackedUpKey[]> {
    const found = await this.#find(userId, version)
    return this.#store.keys(userId, found.version, range)
  }

  /** Each key only where it is better than the one that is there. @throws MatrixError M_WRONG_ROOM_KEYS_VERSION */
  async put(userId: UserId, version: string, keys: readonly BackedUpKey[]): Promise<BackupState> {
    for (const key of keys) checkBackedUpKey(key)
    return this.#db.transaction(async (tx) => {
      const current = await this.#store.newest(userId, tx)
      if (!current) throw notFound('No current backup version')
      if (String(current.version) !== version) {
        throw wrongRoomKeysVersion('Wrong backup version.', { current_version: String(current.version) })
      }
      let isChanged = false
      let added = 0
      for (const piece of keyPieces(keys)) {
        const present = await this.#store.present(tx, userId, current.version, piece)
        const before = new Map(present.map((key) => [nameOf(key), key.content]))
        const better = piece.filter((key) => {
          const content = before.get(nameOf(key))
          return content === undefined || isBetter(key.content, content)
        })
        await this.#store.setKeys(tx, userId, current.version, better)
        isChanged ||= better.length > 0
        added += better.filter((key) => !before.has(nameOf(key))).length
        // An import of thousands lets others have their turn.
        if (piece.length < keys.length) await setImmediate()
      }
      const count = await this.#counted(tx, userId, current.version, added)
      const state = await this.#state(tx, userId, { ...current, count, isChanged })
      if (state.count > MAX_KEYS)
        throw resourceLimitExceeded(`a backup may have ${MAX_KEYS} keys at most; delete it and begin another`)
      return state
    })
  }

  async deleteKeys(userId: UserId, version: string, range: KeyRange): Promise<BackupState> {
    return this.#db.transaction(async (tx) => {
      const found = await this.#find(userId, version, tx)
      const deleted = await this.#store.deleteKeys(tx, userId, found.version, range)
      if (deleted > 0) this.#counts.delete(backupName(userId, found.version))
      const count = await this.#counted(tx, userId, found.version, 0)
      return this.#state(tx, userId, { ...found, count, isChanged: deleted > 0 })
    })
  }

  /** After so many more were added. */
  async #counted(tx: Transaction, userId: UserId, version: number, added: number): Promise<number> {
    const name = backupName(userId, version)
    const known = this.#counts.get(name)
    const count = known === undefined ? await this.#store.count(userId, version, tx) : known + added
    // Known to the next writer, who need not wait for the commit.
    this.#counts.set(name, count)
    tx.onUndone(() => this.#counts.delete(name))
    return count
  }

  async #state(
    tx: Transaction,
    userId: UserId,
    { version, count, isChanged }: { version: number; count: number; isChanged: boolean },
  ): Promise<BackupState> {
    if (isChanged) await this.#store.countChange(tx, userId, version)
    const found = await this.#store.version(userId, version, tx)
    return { count, etag: String(found?.etag ?? 0) }
  }

  async #find(userId: UserId, version: string, tx?: Transaction): Promise<BackupVersion> {
    const found = await this.#store.version(userId, numberOf(version), tx)
    if (!found) throw notFound('Unknown backup version')
    return found
  }
}

function backupName(userId: UserId, version: number): string {
  return `${userId} ${version}`
}

function nameOf({ roomId, sessionId }: BackedUpKey): string {
  return `${roomId}\0${sessionId}`
}

function numberOf(version: string): number {
  if (!/^\d{1,9}$/.test(version)) throw notFound('Unknown backup version')
  return Number(version)
}

/** https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3room_keyskeysroomidsessionid */
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
