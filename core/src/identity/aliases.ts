import type { Database, Transaction } from '@pons/database'
import { AliasStore, type AliasKind, type AliasRecord } from '../store/alias-store.ts'

/**
 * Which id the bridge goes by for a person or a chat that is known under several. All of it is kept at hand: whom an event
 * comes from is asked for every event, and an entry is two short texts.
 */
export class Aliases {
  readonly #store: AliasStore
  readonly #ids = new Map<string, string>()

  constructor(db: Database, network: string) {
    this.#store = new AliasStore(db, network)
  }

  async load(): Promise<void> {
    for (const record of await this.#store.all())
      this.#ids.set(keyOf(record.kind, record.receiver, record.alias), record.id)
  }

  /** The id to go by; the id itself where it is nobody's alias. */
  resolve<Id extends string>(kind: AliasKind, id: Id, receiver = ''): Id {
    return (this.#ids.get(keyOf(kind, receiver, id)) as Id | undefined) ?? id
  }

  /** Known to the others once the transaction has committed. */
  async put(tx: Transaction, record: AliasRecord): Promise<void> {
    await this.#store.put(tx, record)
    tx.onCommit(() => {
      const { kind, receiver, alias, id } = record
      const prefix = keyOf(kind, receiver, '')
      for (const [key, leadsTo] of this.#ids) {
        if (leadsTo === alias && key.startsWith(prefix)) this.#ids.set(key, id)
      }
      this.#ids.delete(keyOf(kind, receiver, id))
      this.#ids.set(keyOf(kind, receiver, alias), id)
    })
  }
}

function keyOf(kind: AliasKind, receiver: string, alias: string): string {
  return `${kind}\n${receiver}\n${alias}`
}
