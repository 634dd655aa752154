import type { Database, Transaction } from '@pons/database'
import type { Logger } from 'pino'
import type { Clock } from '@pons/matrix'
import { isRefusal } from '../matrix-side/refusal.ts'
import { pieces } from '../queue/widths.ts'
import { retryDelayMs } from '../retry.ts'
import { DisappearingStore, type DisappearingRecord } from '../storage/disappearing-store.ts'

export interface DisappearancesOptions {
  readonly db: Database
  readonly network: string
  readonly clock: Clock
  readonly logger: Logger
}

/** Takes an event out of its room. @throws when that cannot be done now, or is refused */
export type TakeAway = (record: DisappearingRecord) => Promise<void>
/** Written together with the mark that an event is gone. */
export type NoteGone = (tx: Transaction, record: DisappearingRecord) => Promise<void>

const dayMs = 86_400_000
/** A refusal may end: somebody gives the bot its level back, or lets it in again. */
const maxRefusals = 30

/**
 * Takes events away when their time has come. Times are stored with the events, so they hold across restarts, and what became
 * due meanwhile goes first.
 */
export class Disappearances implements AsyncDisposable {
  readonly #options: DisappearancesOptions
  readonly #store: DisappearingStore
  #takeAway: { readonly from: TakeAway; readonly note: NoteGone } | undefined
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined
  #running: Promise<void> = Promise.resolve()
  #failures = 0
  #isEnding = false

  constructor(options: DisappearancesOptions) {
    this.#options = options
    this.#store = new DisappearingStore(options.db, options.network)
  }

  /** Part of the transaction that records the event. */
  async put(tx: Transaction, record: Omit<DisappearingRecord, 'attempts'>): Promise<void> {
    if (!Number.isFinite(record.dueMs)) return
    const dueMs = Math.max(0, Math.trunc(record.dueMs))
    await this.#store.put(tx, { ...record, dueMs })
    tx.onCommit(() => this.#wakeAt(dueMs))
  }

  start(from: TakeAway, note: NoteGone): void {
    this.#takeAway = { from, note }
    this.#look()
  }

  /** Resolves when what was due at the last look is gone. */
  async settled(): Promise<void> {
    await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    this.#timer?.cancel()
    await this.#running
  }

  #look(): void {
    this.#timer = undefined
    this.#running = this.#running
      .then(async () => await this.#takeDue())
      .then((nextMs) => {
        this.#failures = 0
        if (nextMs !== undefined) this.#wakeAt(nextMs)
      })
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'messages that are due could not be taken away; trying again')
        this.#wakeAt(this.#options.clock.now() + retryDelayMs(++this.#failures))
      })
  }

  #wakeAt(atMs: number): void {
    if (this.#isEnding || this.#takeAway === undefined || (this.#timer !== undefined && this.#timer.atMs <= atMs))
      return
    this.#timer?.cancel()
    // Timers count less than 25 days.
    const delayMs = Math.min(dayMs, Math.max(0, atMs - this.#options.clock.now()))
    this.#timer = { atMs, cancel: this.#options.clock.schedule(() => this.#look(), delayMs) }
  }

  /** Resolves with when to look again. */
  async #takeDue(): Promise<number | undefined> {
    const { clock } = this.#options
    for (;;) {
      const due = await this.#store.due(clock.now(), pieces.disappearing)
      for (const record of due) {
        if (this.#isEnding) return undefined
        await this.#take(record)
      }
      if (due.length === 0) return await this.#store.nextMs()
    }
  }

  async #take(record: DisappearingRecord): Promise<void> {
    const { db, clock, logger } = this.#options
    try {
      await this.#takeAway?.from(record)
    } catch (error) {
      if (!isRefusal(error)) throw error
      logger.error({ err: error, ...record }, 'the homeserver does not let a message disappear')
      if (record.attempts < maxRefusals)
        return await db.transaction((tx) => this.#store.postpone(tx, record.eventId, clock.now() + dayMs))
    }
    await db.transaction(async (tx) => {
      await this.#takeAway?.note(tx, record)
      await this.#store.remove(tx, record.eventId)
    })
  }
}
