import type { Database, Transaction } from '@pons/database'

export interface ServerKey {
  /** `ed25519:` and the key's own name. */
  readonly keyId: string
  /** The 32 secret bytes of an Ed25519 key. */
  readonly seed: Uint8Array
}

const SELECT_NEWEST = 'select key_id, seed from server_key order by created_ts desc limit 1'
const INSERT = 'insert into server_key (key_id, seed, created_ts) values ($1, $2, $3)'

export class ServerKeyStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async newest(): Promise<ServerKey | undefined> {
    const row = await this.#db.get<{ key_id: string; seed: Uint8Array }>(SELECT_NEWEST)
    return row && { keyId: row.key_id, seed: row.seed }
  }

  async insert(tx: Transaction, key: ServerKey, createdTs: number): Promise<void> {
    await tx.run(INSERT, key.keyId, key.seed, createdTs)
  }
}
