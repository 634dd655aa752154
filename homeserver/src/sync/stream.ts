import type { Database, Transaction } from '@pons/database'
import { PositionStore } from '../storage/position-store.ts'

/** How many positions are set aside at once; a restart skips what is left of them. */
const RESERVED = 1000

/**
 * The positions of one stream beside that of events. They only grow, restarts included, even when the rows that had
 * them are gone.
 */
export class Stream {
  readonly #store: PositionStore
  readonly #name: string
  #given: number
  #reserved: number
  #position: number

  private constructor(store: PositionStore, name: string, start: number) {
    this.#store = store
    this.#name = name
    this.#given = start
    this.#reserved = start
    this.#position = start
  }

  static async open(db: Database, name: string): Promise<Stream> {
    const store = new PositionStore(db)
    return new Stream(store, name, await store.get(name))
  }

  /** The newest position whose transaction is durable, as are all before it. */
  get position(): number {
    return this.#position
  }

  /** A position for what the transaction writes. */
  async next(tx: Transaction): Promise<number> {
    const next = this.#given + 1
    this.#given = next
    if (next > this.#reserved) {
      const reserved = next + RESERVED
      await this.#store.set(tx, this.#name, reserved)
      // Until this commit is durable, each transaction sets aside again: this one may be undone.
      tx.onCommit(() => (this.#reserved = Math.max(this.#reserved, reserved)))
    }
    tx.onCommit(() => (this.#position = Math.max(this.#position, next)))
    return next
  }
}
