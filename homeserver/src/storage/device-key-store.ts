import type { Database, Queryable, Transaction } from '@pons/database'
import type { JsonObject, JsonValue, UserId } from '@pons/matrix'
import type { TokenOwner } from './device-store.ts'
import { padded, placeholders } from './sql-list.ts'

export interface StoredDeviceKeys {
  readonly userId: UserId
  readonly deviceId: string
  readonly content: JsonObject
  readonly displayName: string | undefined
}

export interface ClaimableKey {
  readonly algorithm: string
  readonly keyId: string
  readonly content: JsonValue
}

export type CrossSigningUsage = 'master' | 'self_signing' | 'user_signing'

export interface CrossSigningKey {
  readonly userId: UserId
  readonly usage: CrossSigningUsage
  readonly content: JsonObject
}

export interface KeySignature {
  readonly targetUser: UserId
  /** A device id, or the public part of a master key. */
  readonly targetKey: string
  readonly signerUser: UserId
  readonly signerKeyId: string
  readonly signature: string
}

interface DeviceKeyRow {
  user_id: string
  device_id: string
  content: string
  display_name: string | null
}

interface ClaimRow {
  key_id: string
  content: string
}

interface SignatureRow {
  target_user: string
  target_key: string
  signer_user: string
  signer_key_id: string
  signature: string
}

const SELECT_KEYS = `select k.user_id, k.device_id, k.content, d.display_name from device_key k
  left join device d on d.user_id = k.user_id and d.device_id = k.device_id`
const SELECT_ONE = `${SELECT_KEYS} where k.user_id = $1 and k.device_id = $2`
const UPSERT_KEYS = `insert into device_key (user_id, device_id, content) values ($1, $2, $3)
  on conflict (user_id, device_id) do update set content = excluded.content`
const SELECT_ONE_TIME = `select key_id, content from one_time_key
  where user_id = $1 and device_id = $2 and algorithm = $3 and key_id = $4`
const INSERT_ONE_TIME = `insert into one_time_key (user_id, device_id, algorithm, key_id, content, added_ts)
  values ($1, $2, $3, $4, $5, $6)`
const SELECT_OLDEST = `select key_id, content from one_time_key
  where user_id = $1 and device_id = $2 and algorithm = $3 order by added_ts, key_id limit 1`
const DELETE_ONE_TIME = `delete from one_time_key
  where user_id = $1 and device_id = $2 and algorithm = $3 and key_id = $4`
const COUNT_ONE_TIME = `select algorithm, count(*) as n from one_time_key
  where user_id = $1 and device_id = $2 group by algorithm`
const UPSERT_FALLBACK = `insert into fallback_key (user_id, device_id, algorithm, key_id, content, is_used)
  values ($1, $2, $3, $4, $5, 0) on conflict (user_id, device_id, algorithm) do update set
  is_used = case when fallback_key.content = excluded.content and fallback_key.key_id = excluded.key_id
    then fallback_key.is_used else 0 end,
  key_id = excluded.key_id, content = excluded.content`
const SELECT_FALLBACK = `select key_id, content from fallback_key
  where user_id = $1 and device_id = $2 and algorithm = $3`
const COUNT_FALLBACKS = 'select count(*) as n from fallback_key where user_id = $1 and device_id = $2'
const USE_FALLBACK = 'update fallback_key set is_used = 1 where user_id = $1 and device_id = $2 and algorithm = $3'
const SELECT_UNUSED = `select algorithm from fallback_key
  where user_id = $1 and device_id = $2 and is_used = 0 order by algorithm`
const SELECT_CROSS = 'select user_id, usage, content from cross_signing_key'
const UPSERT_CROSS = `insert into cross_signing_key (user_id, usage, content) values ($1, $2, $3)
  on conflict (user_id, usage) do update set content = excluded.content`
const UPSERT_SIGNATURE = `insert into key_signature (target_user, target_key, signer_user, signer_key_id, signature)
  values ($1, $2, $3, $4, $5) on conflict (target_user, target_key, signer_user, signer_key_id)
  do update set signature = excluded.signature`
const DELETIONS = ['device_key', 'one_time_key', 'fallback_key'].map(
  (table) => `delete from ${table} where user_id = $1 and device_id = $2`,
)
const DELETE_SIGNATURES_ON = 'delete from key_signature where target_user = $1 and target_key = $2'
const DELETE_SIGNATURES_BY = 'delete from key_signature where signer_user = $1 and signer_key_id = $2'

/** Public keys of devices and users. */
export class DeviceKeyStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async keysOf(users: readonly UserId[]): Promise<StoredDeviceKeys[]> {
    const rows: DeviceKeyRow[] = []
    for (const piece of padded(users)) {
      const sql = `${SELECT_KEYS} where k.user_id in ${placeholders(piece.length)}`
      rows.push(...(await this.#db.all<DeviceKeyRow>(sql, ...piece)))
    }
    return rows.map(keysFromRow)
  }

  async keys(userId: UserId, deviceId: string, from: Queryable = this.#db): Promise<StoredDeviceKeys | undefined> {
    const row = await from.get<DeviceKeyRow>(SELECT_ONE, userId, deviceId)
    return row && keysFromRow(row)
  }

  async setKeys(tx: Transaction, { userId, deviceId }: TokenOwner, content: JsonObject): Promise<void> {
    await tx.run(UPSERT_KEYS, userId, deviceId, JSON.stringify(content))
  }

  /** False when another key has the id. */
  async addOneTimeKey(
    tx: Transaction,
    { userId, deviceId }: TokenOwner,
    key: ClaimableKey,
    ts: number,
  ): Promise<boolean> {
    const content = JSON.stringify(key.content)
    const before = await tx.get<ClaimRow>(SELECT_ONE_TIME, userId, deviceId, key.algorithm, key.keyId)
    if (before) return before.content === content
    await tx.run(INSERT_ONE_TIME, userId, deviceId, key.algorithm, key.keyId, content, ts)
    return true
  }

  async setFallbackKey(tx: Transaction, { userId, deviceId }: TokenOwner, key: ClaimableKey): Promise<void> {
    await tx.run(UPSERT_FALLBACK, userId, deviceId, key.algorithm, key.keyId, JSON.stringify(key.content))
  }

  async countFallbacks(tx: Transaction, { userId, deviceId }: TokenOwner): Promise<number> {
    return (await tx.get<{ n: number }>(COUNT_FALLBACKS, userId, deviceId))?.n ?? 0
  }

  /** Takes the oldest one-time key for good, or else the fallback key, which stays. */
  async claim(tx: Transaction, userId: UserId, deviceId: string, algorithm: string): Promise<ClaimableKey | undefined> {
    const key = await tx.get<ClaimRow>(SELECT_OLDEST, userId, deviceId, algorithm)
    if (key) {
      await tx.run(DELETE_ONE_TIME, userId, deviceId, algorithm, key.key_id)
      return { algorithm, keyId: key.key_id, content: JSON.parse(key.content) as JsonValue }
    }
    const fallback = await tx.get<ClaimRow>(SELECT_FALLBACK, userId, deviceId, algorithm)
    if (!fallback) return undefined
    await tx.run(USE_FALLBACK, userId, deviceId, algorithm)
    return { algorithm, keyId: fallback.key_id, content: JSON.parse(fallback.content) as JsonValue }
  }

  async counts(userId: UserId, deviceId: string, from: Queryable = this.#db): Promise<Record<string, number>> {
    const rows = await from.all<{ algorithm: string; n: number }>(COUNT_ONE_TIME, userId, deviceId)
    return Object.fromEntries(rows.map((row) => [row.algorithm, row.n]))
  }

  async unusedFallbacks(userId: UserId, deviceId: string): Promise<string[]> {
    const rows = await this.#db.all<{ algorithm: string }>(SELECT_UNUSED, userId, deviceId)
    return rows.map((row) => row.algorithm)
  }

  async crossSigningOf(users: readonly UserId[], from: Queryable = this.#db): Promise<CrossSigningKey[]> {
    const keys: CrossSigningKey[] = []
    for (const piece of padded(users)) {
      const sql = `${SELECT_CROSS} where user_id in ${placeholders(piece.length)}`
      for (const row of await from.all<{ user_id: string; usage: string; content: string }>(sql, ...piece)) {
        const content = JSON.parse(row.content) as JsonObject
        keys.push({ userId: row.user_id as UserId, usage: row.usage as CrossSigningUsage, content })
      }
    }
    return keys
  }

  async setCrossSigning(tx: Transaction, { userId, usage, content }: CrossSigningKey): Promise<void> {
    await tx.run(UPSERT_CROSS, userId, usage, JSON.stringify(content))
  }

  /** Those that `viewer` may see: made by the owner of the key, or by the viewer. */
  async signaturesOn(users: readonly UserId[], viewer: UserId): Promise<KeySignature[]> {
    const signatures: KeySignature[] = []
    for (const piece of padded(users)) {
      const sql = `select target_user, target_key, signer_user, signer_key_id, signature from key_signature
        where (signer_user = target_user or signer_user = $1) and target_user in ${placeholders(piece.length, 2)}`
      for (const row of await this.#db.all<SignatureRow>(sql, viewer, ...piece)) {
        signatures.push({
          targetUser: row.target_user as UserId,
          targetKey: row.target_key,
          signerUser: row.signer_user as UserId,
          signerKeyId: row.signer_key_id,
          signature: row.signature,
        })
      }
    }
    return signatures
  }

  async addSignature(tx: Transaction, of: KeySignature): Promise<void> {
    await tx.run(UPSERT_SIGNATURE, of.targetUser, of.targetKey, of.signerUser, of.signerKeyId, of.signature)
  }

  /** What was signed of a key that is no more, and what it has signed. */
  async deleteSignatures(tx: Transaction, userId: UserId, key: string): Promise<void> {
    await tx.run(DELETE_SIGNATURES_ON, userId, key)
    await tx.run(DELETE_SIGNATURES_BY, userId, `ed25519:${key}`)
  }

  /** Returns whether the device had published keys. */
  async deleteDevice(tx: Transaction, { userId, deviceId }: TokenOwner): Promise<boolean> {
    const hadKeys = (await this.keys(userId, deviceId, tx)) !== undefined
    for (const sql of DELETIONS) await tx.run(sql, userId, deviceId)
    await this.deleteSignatures(tx, userId, deviceId)
    return hadKeys
  }
}

function keysFromRow(row: DeviceKeyRow): StoredDeviceKeys {
  return {
    userId: row.user_id as UserId,
    deviceId: row.device_id,
    content: JSON.parse(row.content) as JsonObject,
    displayName: row.display_name ?? undefined,
  }
}
