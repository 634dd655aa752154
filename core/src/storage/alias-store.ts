import type { Database, Transaction } from '@pons/database'

export type AliasKind = 'user' | 'chat'

export interface AliasRecord {
  readonly kind: AliasKind
  /** The login a private chat belongs to; '' for shared chats and for people. */
  readonly receiver: string
  readonly alias: string
  readonly id: string
}

const upsert = `insert into bridge_alias (network, kind, receiver, alias, id) values ($1, $2, $3, $4, $5)
  on conflict (network, kind, receiver, alias) do update set id = excluded.id`
const redirect = `update bridge_alias set id = $1 where network = $2 and kind = $3 and receiver = $4 and id = $5`
const removeSelf = `delete from bridge_alias where network = $1 and kind = $2 and receiver = $3 and alias = $4`

/** Further ids of people and chats. An alias never leads to another alias. */
export class AliasStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async all(): Promise<AliasRecord[]> {
    const sql = 'select kind, receiver, alias, id from bridge_alias where network = $1'
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
