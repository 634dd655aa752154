import type { Database, Queryable, Transaction } from '@pons/database'
import type { DeviceId, UserId } from '@pons/matrix'

export interface TokenOwner {
  readonly userId: UserId
  readonly deviceId: DeviceId
}

export interface Device {
  readonly deviceId: DeviceId
  readonly displayName: string | undefined
  readonly createdTs: number
  readonly lastSeenTs: number | undefined
  readonly lastSeenIp: string | undefined
}

export interface AccessToken extends TokenOwner {
  /** Undefined when it does not expire. */
  readonly expiresTs: number | undefined
}

export interface RefreshToken extends TokenOwner {
  readonly generation: number
}

interface DeviceRow {
  device_id: string
  display_name: string | null
  created_ts: number
  last_seen_ts: number | null
  last_seen_ip: string | null
}

interface TokenRow {
  user_id: string
  device_id: string
}

const UPSERT_DEVICE = `insert into device (user_id, device_id, display_name, created_ts) values ($1, $2, $3, $4)
  on conflict (user_id, device_id) do update set display_name = coalesce(device.display_name, excluded.display_name)`
const COLUMNS = 'device_id, display_name, created_ts, last_seen_ts, last_seen_ip'
const SELECT_DEVICE = `select ${COLUMNS} from device where user_id = $1 and device_id = $2`
const SELECT_DEVICES = `select ${COLUMNS} from device where user_id = $1 order by created_ts, device_id`
const SELECT_OWNERS = 'select user_id, device_id from device'
const COUNT = 'select count(*) as n from device where user_id = $1'
const UPDATE_NAME = 'update device set display_name = $3 where user_id = $1 and device_id = $2'
const UPDATE_SEEN = 'update device set last_seen_ts = $3, last_seen_ip = $4 where user_id = $1 and device_id = $2'
const DELETE_DEVICE = 'delete from device where user_id = $1 and device_id = $2'
const INSERT_TOKEN = `insert into access_token (hash, user_id, device_id, created_ts, expires_ts)
  values ($1, $2, $3, $4, $5)`
const SELECT_TOKEN = 'select user_id, device_id, expires_ts from access_token where hash = $1'
const DELETE_TOKENS = 'delete from access_token where user_id = $1 and device_id = $2'
const SELECT_REFRESH = 'select user_id, device_id, generation from refresh_token where hash = $1'
const INSERT_REFRESH = 'insert into refresh_token (hash, user_id, device_id, generation) values ($1, $2, $3, $4)'
const DELETE_OTHER_REFRESH = 'delete from refresh_token where user_id = $1 and device_id = $2 and generation <> $3'
const DELETE_REFRESH = 'delete from refresh_token where user_id = $1 and device_id = $2'

export class DeviceStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async exists(userId: UserId, deviceId: string, from: Queryable = this.#db): Promise<boolean> {
    return (await from.get(SELECT_DEVICE, userId, deviceId)) !== undefined
  }

  async find(userId: UserId, deviceId: string): Promise<Device | undefined> {
    const row = await this.#db.get<DeviceRow>(SELECT_DEVICE, userId, deviceId)
    return row && fromRow(row)
  }

  async owners(): Promise<TokenOwner[]> {
    return (await this.#db.all<TokenRow>(SELECT_OWNERS)).map(ownerOf)
  }

  async count(tx: Transaction, userId: UserId): Promise<number> {
    return (await tx.get<{ n: number }>(COUNT, userId))?.n ?? 0
  }

  async of(userId: UserId, from: Queryable = this.#db): Promise<Device[]> {
    return (await from.all<DeviceRow>(SELECT_DEVICES, userId)).map(fromRow)
  }

  /** Keeps the name of a device that exists. */
  async save(tx: Transaction, owner: TokenOwner, displayName: string | undefined, createdTs: number): Promise<void> {
    await tx.run(UPSERT_DEVICE, owner.userId, owner.deviceId, displayName ?? null, createdTs)
  }

  async rename(tx: Transaction, { userId, deviceId }: TokenOwner, displayName: string): Promise<void> {
    await tx.run(UPDATE_NAME, userId, deviceId, displayName)
  }

  async saw(tx: Transaction, { userId, deviceId }: TokenOwner, ts: number, ip: string | undefined): Promise<void> {
    await tx.run(UPDATE_SEEN, userId, deviceId, ts, ip ?? null)
  }

  async delete(tx: Transaction, { userId, deviceId }: TokenOwner): Promise<void> {
    await tx.run(DELETE_TOKENS, userId, deviceId)
    await tx.run(DELETE_REFRESH, userId, deviceId)
    await tx.run(DELETE_DEVICE, userId, deviceId)
  }

  async token(hash: Uint8Array): Promise<AccessToken | undefined> {
    const row = await this.#db.get<TokenRow & { expires_ts: number | null }>(SELECT_TOKEN, hash)
    return row && { ...ownerOf(row), expiresTs: row.expires_ts ?? undefined }
  }

  /** A device has one token: a new one takes the place of the old. */
  async setToken(
    tx: Transaction,
    owner: TokenOwner,
    token: { hash: Uint8Array; createdTs: number; expiresTs: number | undefined },
  ): Promise<void> {
    await tx.run(DELETE_TOKENS, owner.userId, owner.deviceId)
    await tx.run(INSERT_TOKEN, token.hash, owner.userId, owner.deviceId, token.createdTs, token.expiresTs ?? null)
  }

  async refreshToken(hash: Uint8Array, from: Queryable): Promise<RefreshToken | undefined> {
    const row = await from.get<TokenRow & { generation: number }>(SELECT_REFRESH, hash)
    return row && { ...ownerOf(row), generation: row.generation }
  }

  /** The token of the generation before stays good, in case the answer with the new one was lost. */
  async addRefreshToken(tx: Transaction, hash: Uint8Array, token: RefreshToken): Promise<void> {
    await tx.run(DELETE_OTHER_REFRESH, token.userId, token.deviceId, token.generation - 1)
    await tx.run(INSERT_REFRESH, hash, token.userId, token.deviceId, token.generation)
  }

  async deleteRefreshTokens(tx: Transaction, { userId, deviceId }: TokenOwner): Promise<void> {
    await tx.run(DELETE_REFRESH, userId, deviceId)
  }
}

function ownerOf(row: TokenRow): TokenOwner {
  return { userId: row.user_id as UserId, deviceId: row.device_id as DeviceId }
}

function fromRow(row: DeviceRow): Device {
  return {
    deviceId: row.device_id as DeviceId,
    displayName: row.display_name ?? undefined,
    createdTs: row.created_ts,
    lastSeenTs: row.last_seen_ts ?? undefined,
    lastSeenIp: row.last_seen_ip ?? undefined,
  }
}
