import type { Database, Transaction } from '@pons/database'
import { AliasStore, type AliasKind, type AliasRecord } from '../storage/alias-store.ts'

/**
 * Which id the bridge goes by for a person or a chat that is known under several. All of it is kept at hand: whom an event
 * comes from is asked for every event, and an entry is two short texts.
 */
export class Aliases {
  readonly #store: AliasStore
  readonly #ids = new Map<string, string>()
  /** The other way round: what leads to an id. */
  readonly #aliases = new Map<string, Set<string>>()

  constructor(db: Database, network: string) {
    this.#store = new AliasStore(db, network)
  }

  async load(): Promise<void> {
    for (const record of await this.#store.all()) this.#lead(record)
  }

  /** The id to go by; the id itself where it is nobody's alias. */
  resolve<Id extends string>(kind: AliasKind, id: Id, receiver = ''): Id {
    return (this.#ids.get(keyOf(kind, receiver, id)) as Id | undefined) ?? id
  }

  /** Every id that somebody goes or has gone by, the present one first. */
  namesOf<Id extends string>(kind: AliasKind, id: Id, receiver = ''): readonly Id[] {
    const present = this.resolve(kind, id, receiver)
    return [present, ...((this.#aliases.get(keyOf(kind, receiver, present)) ?? []) as Iterable<Id>)]
  }

  /** Known to the others once the transaction has committed. */
  async put(tx: Transaction, record: AliasRecord): Promise<void> {
    await this.#store.put(tx, record)
    tx.onCommit(() => {
      const { kind, receiver, alias, id } = record
      const before = this.#aliases.get(keyOf(kind, receiver, alias)) ?? []
      this.#aliases.delete(keyOf(kind, receiver, alias))
      this.#forget(record)
      for (const further of before) if (further !== id) this.#lead({ kind, receiver, alias: further, id })
      this.#lead(record)
    })
  }

  /** The name leads nowhere any more. */
  async remove(tx: Transaction, { kind, receiver, alias }: Omit<AliasRecord, 'id'>): Promise<void> {
    const key = keyOf(kind, receiver, alias)
    if (!this.#ids.has(key)) return
    await this.#store.remove(tx, { kind, receiver, alias })
    tx.onCommit(() => {
      const led = this.#ids.get(key)
      this.#ids.delete(key)
      if (led !== undefined) this.#aliases.get(keyOf(kind, receiver, led))?.delete(alias)
    })
  }

  #lead({ kind, receiver, alias, id }: AliasRecord): void {
    this.#ids.set(keyOf(kind, receiver, alias), id)
    const key = keyOf(kind, receiver, id)
    const aliases = this.#aliases.get(key) ?? new Set()
    this.#aliases.set(key, aliases.add(alias))
  }

  /** What others lead to leads nowhere itself; and what led elsewhere does so no more. */
  #forget({ kind, receiver, alias, id }: AliasRecord): void {
    for (const name of [alias, id]) {
      const key = keyOf(kind, receiver, name)
      const led = this.#ids.get(key)
      this.#ids.delete(key)
      if (led !== undefined) this.#aliases.get(keyOf(kind, receiver, led))?.delete(name)
    }
  }
}

function keyOf(kind: AliasKind, receiver: string, alias: string): string {
  return `${kind}\n${receiver}\n${alias}`
}
