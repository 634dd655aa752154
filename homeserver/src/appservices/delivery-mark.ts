import type { Database, Transaction } from '@pons/database'
import type { Logger } from 'pino'
import type { Clock } from '@pons/matrix'
import type { AppserviceQueueStore } from '../storage/appservice-queue-store.ts'
import type { Appservice } from './appservice.ts'
import type { Parcel } from './parcel.ts'

export interface DeliveryMarkOptions {
  readonly appservice: Appservice
  readonly database: Database
  readonly store: AppserviceQueueStore
  readonly clock: Clock
  readonly logger: Logger
}

/** How long the mark waits for a commit that takes it along. */
const MARK_MS = 200

/** That something was delivered. Until it is marked it would come again after a crash, as it was. */
export class DeliveryMark {
  readonly #options: DeliveryMarkOptions
  #unmarked: Parcel | undefined
  #cancelTimer: (() => void) | undefined

  constructor(options: DeliveryMarkOptions) {
    this.#options = options
  }

  /** What was delivered last, where it is not marked. */
  get unmarked(): Parcel | undefined {
    return this.#unmarked
  }

  /** The last number of the queue that was delivered, as far as is known. */
  get seq(): number {
    return this.#unmarked?.lastSeq ?? 0
  }

  /** Of what is marked later only the last is known: it stands for what was delivered before it. */
  delivered(parcel: Parcel): void {
    this.#unmarked = { ...parcel, lastSeq: Math.max(parcel.lastSeq, this.seq) }
  }

  /** With another commit, of what told nothing but what was queued. */
  in(tx: Transaction): void {
    const unmarked = this.#unmarked
    if (unmarked === undefined) return
    this.#options.store.markDelivered(tx, this.#options.appservice.nid, unmarked)
    tx.onCommit(() => {
      if (this.#unmarked === unmarked) this.#unmarked = undefined
    })
  }

  /** With another commit, and with what was told by it. */
  async settle(tx: Transaction): Promise<void> {
    const told = this.#unmarked?.told
    this.in(tx)
    await told?.(tx)
  }

  async now(): Promise<void> {
    if (this.#unmarked !== undefined) await this.#options.database.transaction((tx) => this.settle(tx))
  }

  /** Unless another commit comes first. */
  soon(): void {
    if (this.#unmarked === undefined) return
    this.#cancelTimer ??= this.#options.clock.schedule(() => {
      this.#cancelTimer = undefined
      void this.#tryNow()
    }, MARK_MS)
  }

  async stop(): Promise<void> {
    this.#cancelTimer?.()
    await this.#tryNow()
  }

  /** Where it fails, what was delivered comes again at the worst. */
  async #tryNow(): Promise<void> {
    try {
      await this.now()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'a delivery could not be marked')
    }
  }
}
