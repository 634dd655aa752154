import type { Transaction } from '@pons/database'
import type { EventId } from '@pons/matrix'
import type { Clock } from '../clock.ts'
import type { OutboxStore } from '../store/outbox-store.ts'

interface RowName {
  readonly eventId: EventId
  readonly part: number
}

/**
 * Which outbox rows in state `sending` this process itself is sending. One that is not claimed was interrupted, by a
 * crash or by a connection that broke: its fate must be found out before it may be tried again.
 */
export class Claims {
  readonly #outbox: OutboxStore
  readonly #clock: Clock
  readonly #claimed = new Set<string>()

  constructor(outbox: OutboxStore, clock: Clock) {
    this.#outbox = outbox
    this.#clock = clock
  }

  has(row: RowName): boolean {
    return this.#claimed.has(nameOf(row))
  }

  /** Marks the row as being sent, durably; to be done before the network hears of it. */
  async claim(tx: Transaction, row: RowName): Promise<void> {
    await this.#outbox.markSending(tx, row.eventId, row.part, this.#clock.now())
    tx.onCommit(() => this.#claimed.add(nameOf(row)))
  }

  release(row: RowName): void {
    this.#claimed.delete(nameOf(row))
  }
}

function nameOf({ eventId, part }: RowName): string {
  return `${eventId} ${part}`
}
