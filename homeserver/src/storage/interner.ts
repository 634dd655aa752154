import type { Database, Queryable, Transaction } from '@pons/database'
import QuickLRU from 'quick-lru'

const SELECT_NID = 'select nid from interned where text = $1'
const INSERT = `insert into interned (nid, text) select coalesce(max(nid), 0) + 1, $1 from interned where true
  on conflict (text) do nothing returning nid`

/** Numbers for texts that recur: user ids, event types, state keys. A number is never given up. */
export class Interner {
  readonly #db: Database
  readonly #nids = new QuickLRU<string, number>({ maxSize: 200_000 })
  /** What a transaction knows until it is durable, or gone. */
  readonly #within = new WeakMap<Transaction, Map<string, number>>()

  constructor(db: Database) {
    this.#db = db
  }

  /** Undefined when the text was never stored. */
  async find(text: string, from: Queryable = this.#db): Promise<number | undefined> {
    const known = this.#nids.get(text)
    if (known !== undefined) return known
    const row = await from.get<{ nid: number }>(SELECT_NID, text)
    // Seen inside a transaction, the row may still be undone with another of the group: then it is not remembered.
    if (row && from === this.#db) this.#nids.set(text, row.nid)
    return row?.nid
  }

  async intern(tx: Transaction, text: string): Promise<number> {
    const known = this.#nids.get(text)
    if (known !== undefined) return known
    const within = this.#knownIn(tx)
    const own = within.get(text)
    if (own !== undefined) return own
    const row = (await tx.get<{ nid: number }>(INSERT, text)) ?? (await tx.get<{ nid: number }>(SELECT_NID, text))
    const nid = row!.nid
    within.set(text, nid)
    tx.onCommit(() => this.#nids.set(text, nid))
    return nid
  }

  #knownIn(tx: Transaction): Map<string, number> {
    let known = this.#within.get(tx)
    if (!known) this.#within.set(tx, (known = new Map()))
    return known
  }
}
