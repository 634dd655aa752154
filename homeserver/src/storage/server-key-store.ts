import type { Database, Queryable, Transaction } from '@pons/database'

export interface StoredKey {
  /** `ed25519:` and the key's own name. */
  readonly keyId: string
  /** The 32 secret bytes of an Ed25519 key; undefined when they are kept in a file. */
  readonly seed: Uint8Array | undefined
  /** Undefined only for keys that were stored with their seed alone. */
  readonly publicKey: Uint8Array | undefined
  /** Undefined for the key in force. */
  readonly expiredTs: number | undefined
}

interface Row {
  key_id: string
  seed: Uint8Array
  public_key: Uint8Array | null
  expired_ts: number | null
}

const SELECT_ALL = 'select key_id, seed, public_key, expired_ts from server_key order by created_ts desc, key_id'
const UPSERT = `insert into server_key (key_id, seed, created_ts, public_key, expired_ts) values ($1, $2, $3, $4, null)
  on conflict (key_id) do update set expired_ts = null, public_key = excluded.public_key`
const EXPIRE_OTHERS = 'update server_key set expired_ts = $2 where key_id <> $1 and expired_ts is null'

/** Every key that this server has ever signed with: old events are checked with old keys. */
export class ServerKeyStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The newest first. */
  async all(from: Queryable = this.#db): Promise<StoredKey[]> {
    const rows = await from.all<Row>(SELECT_ALL)
    return rows.map((row) => ({
      keyId: row.key_id,
      seed: row.seed.length === 0 ? undefined : row.seed,
      publicKey: row.public_key ?? undefined,
      expiredTs: row.expired_ts ?? undefined,
    }))
  }

  /** From now on this key is in force, and no other. */
  async use(
    tx: Transaction,
    key: { keyId: string; seed: Uint8Array | undefined; publicKey: Uint8Array },
    nowTs: number,
  ): Promise<void> {
    await tx.run(UPSERT, key.keyId, key.seed ?? new Uint8Array(), nowTs, key.publicKey)
    await tx.run(EXPIRE_OTHERS, key.keyId, nowTs)
  }
}
