import type { Database, Transaction } from '@pons/database'
import type { EventId } from '@pons/matrix'
import type { Clock } from '../clock.ts'
import type { OutboxRecord, OutboxStore } from '../store/outbox-store.ts'

interface RowName {
  readonly eventId: EventId
  readonly part: number
}

interface UnderWay {
  readonly portalNid: number
  readonly effect: string | undefined
  readonly waiting: (() => void)[]
}

/**
 * Which outbox rows in state `sending` this process itself is sending. One that is not claimed was interrupted, by a
 * crash or by a connection that broke: its fate must be found out before it may be tried again.
 */
export class Claims {
  readonly #db: Database
  readonly #outbox: OutboxStore
  readonly #clock: Clock
  readonly #claimed = new Set<string>()
  /** Being transmitted, or just transmitted and being recorded; by name. */
  readonly #underWay = new Map<string, UnderWay>()

  constructor(db: Database, outbox: OutboxStore, clock: Clock) {
    this.#db = db
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

  /** The row is about to be transmitted; `release` ends it. */
  begin(portalNid: number, row: RowName & Pick<OutboxRecord, 'effect'>): void {
    this.#underWay.set(nameOf(row), { portalNid, effect: row.effect, waiting: [] })
  }

  release(row: RowName): void {
    const name = nameOf(row)
    this.#claimed.delete(name)
    const work = this.#underWay.get(name)
    this.#underWay.delete(name)
    for (const resolve of work?.waiting ?? []) resolve()
  }

  /** Resolves when what is under way to a portal by now, or what of it has that effect, has ended; what begins later is not waited for. */
  async settled(portalNid: number, signal: AbortSignal, effect?: string): Promise<void> {
    const rows = [...this.#underWay.values()].filter(
      (row) => row.portalNid === portalNid && (effect === undefined || row.effect === effect),
    )
    if (rows.length === 0) return
    const ended = Promise.all(rows.map((row) => new Promise<void>((resolve) => row.waiting.push(resolve))))
    await Promise.race([ended, aborted(signal)])
  }

  /** Rows of a portal that were being sent when an earlier process died, or a connection broke. */
  async hasInterrupted(portalNid: number): Promise<boolean> {
    if (!(await this.#hasUnclaimed(portalNid))) return false
    // A reader may see what a writer has committed before the writer hears of it. Once another transaction has run, it has.
    await this.#db.transaction(async () => undefined)
    return await this.#hasUnclaimed(portalNid)
  }

  async #hasUnclaimed(portalNid: number): Promise<boolean> {
    return (await this.#outbox.sending(portalNid)).some((row) => !this.has(row))
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function nameOf({ eventId, part }: RowName): string {
  return `${eventId} ${part}`
}
