import type { Database, Queryable, Transaction } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'

export interface BackupVersion {
  readonly version: number
  readonly algorithm: string
  readonly authData: JsonObject
  /** Grows with every change of the keys. */
  readonly etag: number
}

export interface BackedUpKey {
  readonly roomId: string
  readonly sessionId: string
  readonly content: JsonObject
}

/** Which keys: all, those of a room, or one. */
export interface KeyRange {
  readonly roomId?: string | undefined
  readonly sessionId?: string | undefined
}

interface VersionRow {
  version: number
  algorithm: string
  auth_data: string
  etag: number
}

interface KeyRow {
  room_id: string
  session_id: string
  content: string
}

const SELECT_VERSION = `select version, algorithm, auth_data, etag from room_key_version
  where user_id = $1 and is_deleted = 0`
const SELECT_NEWEST = `${SELECT_VERSION} order by version desc limit 1`
const SELECT_ONE = `${SELECT_VERSION} and version = $2`
const INSERT_VERSION = `insert into room_key_version (user_id, version, algorithm, auth_data, etag, is_deleted)
  select $1, coalesce(max(version), 0) + 1, $2, $3, 0, 0 from room_key_version where user_id = $1 returning version`
const UPDATE_AUTH = 'update room_key_version set auth_data = $3 where user_id = $1 and version = $2'
const UPDATE_ETAG = 'update room_key_version set etag = etag + 1 where user_id = $1 and version = $2'
const DELETE_VERSION =
  'update room_key_version set is_deleted = 1 where user_id = $1 and version = $2 and is_deleted = 0'
const COUNT = 'select count(*) as n from room_key where user_id = $1 and version = $2'
const WHERE = `where user_id = $1 and version = $2 and ($3 = '' or room_id = $3) and ($4 = '' or session_id = $4)`
const SELECT_KEYS = `select room_id, session_id, content from room_key ${WHERE} order by room_id, session_id`
const DELETE_KEYS = `delete from room_key ${WHERE}`
const UPSERT_KEY = `insert into room_key (user_id, version, room_id, session_id, content) values ($1, $2, $3, $4, $5)
  on conflict (user_id, version, room_id, session_id) do update set content = excluded.content`

function fromRow(row: VersionRow): BackupVersion {
  const { version, algorithm, auth_data: authData, etag } = row
  return { version, algorithm, authData: JSON.parse(authData) as JsonObject, etag }
}

/** Encrypted copies of room keys. */
export class RoomKeyStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async newest(userId: UserId, from: Queryable = this.#db): Promise<BackupVersion | undefined> {
    const row = await from.get<VersionRow>(SELECT_NEWEST, userId)
    return row && fromRow(row)
  }

  async version(userId: UserId, version: number, from: Queryable = this.#db): Promise<BackupVersion | undefined> {
    const row = await from.get<VersionRow>(SELECT_ONE, userId, version)
    return row && fromRow(row)
  }

  async create(tx: Transaction, userId: UserId, algorithm: string, authData: JsonObject): Promise<number> {
    return (await tx.get<{ version: number }>(INSERT_VERSION, userId, algorithm, JSON.stringify(authData)))!.version
  }

  async setAuthData(tx: Transaction, userId: UserId, version: number, authData: JsonObject): Promise<void> {
    await tx.run(UPDATE_AUTH, userId, version, JSON.stringify(authData))
  }

  async countChange(tx: Transaction, userId: UserId, version: number): Promise<void> {
    await tx.run(UPDATE_ETAG, userId, version)
  }

  /** False when there is no such version. */
  async delete(tx: Transaction, userId: UserId, version: number): Promise<boolean> {
    await tx.run(DELETE_KEYS, userId, version, '', '')
    return (await tx.run(DELETE_VERSION, userId, version)) === 1
  }

  async count(userId: UserId, version: number, from: Queryable = this.#db): Promise<number> {
    return (await from.get<{ n: number }>(COUNT, userId, version))?.n ?? 0
  }

  async keys(
    userId: UserId,
    version: number,
    { roomId = '', sessionId = '' }: KeyRange,
    from: Queryable = this.#db,
  ): Promise<BackedUpKey[]> {
    const rows = await from.all<KeyRow>(SELECT_KEYS, userId, version, roomId, sessionId)
    return rows.map((row) => ({
      roomId: row.room_id,
      sessionId: row.session_id,
      content: JSON.parse(row.content) as JsonObject,
    }))
  }

  async setKey(tx: Transaction, userId: UserId, version: number, key: BackedUpKey): Promise<void> {
    await tx.run(UPSERT_KEY, userId, version, key.roomId, key.sessionId, JSON.stringify(key.content))
  }

  async deleteKeys(tx: Transaction, userId: UserId, version: number, range: KeyRange): Promise<number> {
    return tx.run(DELETE_KEYS, userId, version, range.roomId ?? '', range.sessionId ?? '')
  }
}
