import type { Database, Queryable, Transaction } from '@pons/database'
import type { JsonObject, JsonValue, UserId } from '@pons/matrix'

export interface BackupVersion {
  readonly version: number
  readonly algorithm: string
  readonly authData: JsonValue
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
const COUNT_VERSIONS = 'select count(*) as n from room_key_version where user_id = $1 and is_deleted = 0'
const SELECT_NEWEST = `${SELECT_VERSION} order by version desc limit 1`
const SELECT_ONE = `${SELECT_VERSION} and version = $2`
const INSERT_VERSION = `insert into room_key_version (user_id, version, algorithm, auth_data, etag, is_deleted)
  select $1, coalesce(max(version), 0) + 1, $2, $3, 0, 0 from room_key_version where user_id = $1 returning version`
const UPDATE_AUTH = 'update room_key_version set auth_data = $3 where user_id = $1 and version = $2'
const UPDATE_ETAG = 'update room_key_version set etag = etag + 1 where user_id = $1 and version = $2'
const DELETE_VERSION = `update room_key_version set is_deleted = 1, algorithm = '', auth_data = 'null'
  where user_id = $1 and version = $2 and is_deleted = 0`
// A number is never given twice, so the last one stays.
const FORGET_DELETED = `delete from room_key_version where user_id = $1 and is_deleted = 1
  and version < (select max(version) from room_key_version where user_id = $1)`
const COUNT = 'select count(*) as n from room_key where user_id = $1 and version = $2'
const RANGES = [
  'where user_id = $1 and version = $2',
  'where user_id = $1 and version = $2 and room_id = $3',
  'where user_id = $1 and version = $2 and room_id = $3 and session_id = $4',
] as const
const SELECT_KEYS = RANGES.map(
  (range) => `select room_id, session_id, content from room_key ${range}
  order by room_id, session_id`,
)
const DELETE_KEYS = RANGES.map((range) => `delete from room_key ${range}`)

/** In pieces whose sizes are powers of two, so that few statements are prepared. */
const MAX_PIECE = 256

function selectThese(count: number): string {
  const pairs = Array.from({ length: count }, (_, at) => `($${2 * at + 3}, $${2 * at + 4})`)
  return `select room_id, session_id, content from room_key
    where user_id = $1 and version = $2 and (room_id, session_id) in (values ${pairs.join(', ')})`
}

function upsertThese(count: number): string {
  const rows = Array.from({ length: count }, (_, at) => `($1, $2, $${3 * at + 3}, $${3 * at + 4}, $${3 * at + 5})`)
  return `insert into room_key (user_id, version, room_id, session_id, content) values ${rows.join(', ')}
    on conflict (user_id, version, room_id, session_id) do update set content = excluded.content`
}

/** For so many keys as few statements as possible. */
export function keyPieces<T>(keys: readonly T[]): T[][] {
  const pieces: T[][] = []
  for (let at = 0; at < keys.length;) {
    const size = Math.min(MAX_PIECE, 2 ** Math.floor(Math.log2(keys.length - at)))
    pieces.push(keys.slice(at, at + size))
    at += size
  }
  return pieces
}

/** The statement for the range, with its parameters. */
function ofRange(statements: readonly string[], { roomId, sessionId }: KeyRange): { sql: string; names: string[] } {
  const names = roomId === undefined ? [] : sessionId === undefined ? [roomId] : [roomId, sessionId]
  return { sql: statements[names.length] ?? '', names }
}

function fromRow(row: VersionRow): BackupVersion {
  const { version, algorithm, auth_data: authData, etag } = row
  return { version, algorithm, authData: JSON.parse(authData) as JsonValue, etag }
}

function keyFromRow(row: KeyRow): BackedUpKey {
  return { roomId: row.room_id, sessionId: row.session_id, content: JSON.parse(row.content) as JsonObject }
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

  async countVersions(tx: Transaction, userId: UserId): Promise<number> {
    return (await tx.get<{ n: number }>(COUNT_VERSIONS, userId))?.n ?? 0
  }

  async create(tx: Transaction, userId: UserId, algorithm: string, authData: JsonValue): Promise<number> {
    return (await tx.get<{ version: number }>(INSERT_VERSION, userId, algorithm, JSON.stringify(authData)))!.version
  }

  async setAuthData(tx: Transaction, userId: UserId, version: number, authData: JsonValue): Promise<void> {
    await tx.run(UPDATE_AUTH, userId, version, JSON.stringify(authData))
  }

  async countChange(tx: Transaction, userId: UserId, version: number): Promise<void> {
    await tx.run(UPDATE_ETAG, userId, version)
  }

  /** False when there is no such version. */
  async delete(tx: Transaction, userId: UserId, version: number): Promise<boolean> {
    await tx.run(DELETE_KEYS[0] ?? '', userId, version)
    if ((await tx.run(DELETE_VERSION, userId, version)) !== 1) return false
    await tx.run(FORGET_DELETED, userId)
    return true
  }

  async count(userId: UserId, version: number, from: Queryable = this.#db): Promise<number> {
    return (await from.get<{ n: number }>(COUNT, userId, version))?.n ?? 0
  }

  async keys(userId: UserId, version: number, range: KeyRange): Promise<BackedUpKey[]> {
    const { sql, names } = ofRange(SELECT_KEYS, range)
    return (await this.#db.all<KeyRow>(sql, userId, version, ...names)).map(keyFromRow)
  }

  /** Those that are there already, of a piece of keys. */
  async present(
    tx: Transaction,
    userId: UserId,
    version: number,
    piece: readonly BackedUpKey[],
  ): Promise<BackedUpKey[]> {
    const names = piece.flatMap(({ roomId, sessionId }) => [roomId, sessionId])
    return (await tx.all<KeyRow>(selectThese(piece.length), userId, version, ...names)).map(keyFromRow)
  }

  /** No two of a piece may be of one session. */
  async setKeys(tx: Transaction, userId: UserId, version: number, keys: readonly BackedUpKey[]): Promise<void> {
    for (const piece of keyPieces(keys)) {
      const values = piece.flatMap(({ roomId, sessionId, content }) => [roomId, sessionId, JSON.stringify(content)])
      await tx.run(upsertThese(piece.length), userId, version, ...values)
    }
  }

  async deleteKeys(tx: Transaction, userId: UserId, version: number, range: KeyRange): Promise<number> {
    const { sql, names } = ofRange(DELETE_KEYS, range)
    return tx.run(sql, userId, version, ...names)
  }
}
