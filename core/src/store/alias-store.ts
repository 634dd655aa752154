import type { Database, Transaction } from '@pons/database'

export type AliasKind = 'user' | 'chat'

export interface AliasRecord {
  readonly kind: AliasKind
  /** The login a private chat belongs to; '' for shared chats and for people. */
  readonly receiver: string
  readonly alias: string
  readonly id: string
}

const upsert = `INSERT INTO bridge_alias (network, kind, receiver, alias, id) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (network, kind, receiver, alias) DO UPDATE SET id = excluded.id`
const redirect = `UPDATE bridge_alias SET id = $1 WHERE network = $2 AND kind = $3 AND receiver = $4 AND id = $5`
const removeSelf = `DELETE FROM bridge_alias WHERE network = $1 AND kind = $2 AND receiver = $3 AND alias = $4`

/** Further ids of people and chats. An alias never leads to another alias. */
export class AliasStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async all(): Promise<AliasRecord[]> {
    const sql = 'SELECT kind, receiver, alias, id FROM bridge_alias WHERE network = $1'
    return await this.#db.all<AliasRecord>(sql, this.#network)
  }

  async remove(tx: Transaction, { kind, receiver, alias }: Omit<AliasRecord, 'id'>): Promise<void> {
    await tx.run(removeSelf, this.#network, kind, receiver, alias)
  }

  /** From now on `alias`, and whatever led to it, leads to `id`. */
  async put(tx: Transaction, { kind, receiver, alias, id }: AliasRecord): Promise<void> {
    await tx.run(redirect, id, this.#network, kind, receiver, alias)
    await tx.run(removeSelf, this.#network, kind, receiver, id)
    await tx.run(upsert, this.#network, kind, receiver, alias, id)
  }
}
