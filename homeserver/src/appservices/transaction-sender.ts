import { randomUUID } from 'node:crypto'
import type { Database, Transaction } from '@pons/database'
import type { Logger } from 'pino'
import type { Timer } from '../clock.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { OutboxStore } from '../storage/outbox-store.ts'
import type { Extras } from './extras.ts'
import { TransactionComposer, type ComposerOptions } from './transaction-composer.ts'
import type { AppserviceTransport } from './transport.ts'

export interface SenderOptions extends ComposerOptions {
  readonly database: Database
  readonly outbox: OutboxStore
  readonly logger: Logger
  readonly onStep: (step: string) => void
  /** With the last number of the queue that the service has taken. */
  readonly onDelivered: (upTo: number) => void
  /** Between 0 and 1. */
  readonly random: () => number
  readonly maxRetryMs: number
  /** It tells events by their ids: transactions need not be stored to come again as they were. */
  readonly takesRepeats: boolean
}

export interface SenderStatus {
  /** Failed attempts since the last success. */
  readonly failures: number
  readonly lastError: string | undefined
  readonly lastDeliveredTs: number | undefined
  readonly retryAtTs: number | undefined
}

/** Something that has just been queued. */
export interface Queued {
  readonly seq: number
  /** undefined for what is no room event. */
  readonly event?: RoomEvent
  readonly isUrgent: boolean
}

interface Parcel {
  readonly number: number
  readonly txnId: string
  readonly lastSeq: number
  readonly body: string
  readonly createdTs: number
  /** To be noted once it is delivered, of what is not stored. */
  readonly told?: Extras['told'] | undefined
}

const MAX_ITEMS = 100
const FIRST_RETRY_MS = 1000
const TIMEOUT_MS = 30_000
/** How soon a sign of life has it tried again: who makes a request may not listen yet, who answers a ping does. */
const SOON_MS = { request: 500, ping: 0 } as const
/** However often it gives one. */
const SOON_EVERY_MS = 10_000
/** How long the mark of what was delivered waits for a commit that takes it along. */
const MARK_MS = 200

/** Delivers what waits for one application service: in order, one transaction at a time, until it was taken. */
export class TransactionSender {
  readonly #options: SenderOptions
  readonly #composer: TransactionComposer
  #transport: AppserviceTransport | undefined
  #running: Promise<void> | undefined
  #isResumingSoon = false
  readonly #stopping = new AbortController()
  readonly #session = randomUUID()
  #hasNews = true
  /** Transactions that have queued something and are not over yet. */
  #open = 0
  /** One of them takes along what it has queued: nothing else may be made of the queue until it is over. */
  #isRiding = false
  /** Delivered, and not marked so: after a crash it would come again, as it was. */
  #unmarked: Parcel | undefined
  #markTimer: Timer | undefined
  #lastNumber: number | undefined
  #pending: Parcel | undefined
  #failures = 0
  #lastError: string | undefined
  #lastDeliveredTs: number | undefined
  #retryAtTs: number | undefined
  #wakeFromRetry: (() => void) | undefined
  readonly #soonTs = new Map<keyof typeof SOON_MS, number>()

  constructor(options: SenderOptions) {
    this.#options = options
    this.#composer = new TransactionComposer(options)
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  get status(): SenderStatus {
    return {
      failures: this.#failures,
      lastError: this.#lastError,
      lastDeliveredTs: this.#lastDeliveredTs,
      retryAtTs: this.#retryAtTs,
    }
  }

  /** A new address, or none for now; what waits is tried at once. */
  use(transport: AppserviceTransport | undefined): void {
    this.#transport = transport
    this.wake()
    this.retryNow()
  }

  /** The last number of the queue that was delivered, as far as is known. */
  get deliveredSeq(): number {
    return this.#unmarked?.lastSeq ?? 0
  }

  /**
   * To be called in the transaction that queued it. A message that finds nothing else under way goes out in a transaction of
   * its own, stored by that same commit, which also marks what was delivered before: nobody waits for a second commit.
   */
  queued(tx: Transaction, queued: Queued): void {
    const parcel = this.#rides(queued) ? this.#ridingParcel(tx, queued) : undefined
    this.#open += 1
    this.#isRiding ||= parcel !== undefined
    const over = (): void => {
      this.#open -= 1
      if (parcel !== undefined) this.#isRiding = false
    }
    tx.onUndone(() => {
      over()
      this.#resume()
    })
    tx.onCommit(() => {
      over()
      if (parcel === undefined) this.#hasNews = true
      else this.#rode(parcel)
      if (queued.isUrgent) this.#resume()
      else this.#resumeSoon()
    })
  }

  /** There may be something that was not queued. */
  wake(): void {
    this.#hasNews = true
    this.#resume()
  }

  /** With what else is committed in this turn. */
  #resumeSoon(): void {
    if (this.#isResumingSoon) return
    this.#isResumingSoon = true
    setImmediate(() => {
      this.#isResumingSoon = false
      this.#resume()
    })
  }

  #resume(): void {
    if (this.#isStopped || this.#isRiding || !this.#transport) return
    if (this.#hasNews || this.#pending !== undefined) this.#running ??= this.#run()
  }

  /** There is another address: what failed at the one before says nothing of it. */
  retryNow(): void {
    this.#failures = 0
    this.#wakeFromRetry?.()
  }

  /** The service shows that it lives: it is tried sooner, and seldom, as it may fail to take its transactions all the same. */
  retrySoon(sign: keyof typeof SOON_MS): void {
    const { clock } = this.#options
    const now = clock.now()
    const before = this.#soonTs.get(sign)
    if (this.#wakeFromRetry === undefined || (before !== undefined && now - before < SOON_EVERY_MS)) return
    this.#soonTs.set(sign, now)
    clock.after(SOON_MS[sign], () => this.#wakeFromRetry?.())
  }

  /** A push that is under way is given up; it comes again: over HTTP with the same bytes, in process with the same events. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wakeFromRetry?.()
    await this.#running
    this.#markTimer?.cancel()
    await this.#tryToMark()
  }

  #rides({ event }: Queued): boolean {
    const isIdle = this.#running === undefined && this.#pending === undefined && !this.#hasNews && this.#open === 0
    if (
      !isIdle ||
      this.#failures > 0 ||
      this.#isStopped ||
      this.#transport === undefined ||
      this.#lastNumber === undefined
    )
      return false
    // Of states a service is told more than what is at hand here.
    const isMessage = event !== undefined && event.stateKey === undefined
    return isMessage && !this.#options.extras().tells(this.#options.appservice)
  }

  #ridingParcel(tx: Transaction, { seq, event }: Queued): Parcel | undefined {
    if (event === undefined) return undefined
    const { appservice, clock, outbox, takesRepeats } = this.#options
    const number = (this.#lastNumber ?? 0) + 1
    const body = this.#composer.ofMessage(event)
    const parcel = { number, txnId: this.#txnId(number), lastSeq: seq, body, createdTs: clock.now() }
    const unmarked = this.#unmarked
    if (unmarked !== undefined) {
      outbox.markDelivered(tx, appservice.nid, unmarked)
      tx.onCommit(() => this.#isMarked(unmarked))
    }
    if (!takesRepeats) outbox.saveTransaction(tx, appservice.nid, parcel)
    return parcel
  }

  #rode(parcel: Parcel): void {
    this.#lastNumber = parcel.number
    this.#pending = parcel
    if (!this.#options.takesRepeats) this.#options.onStep('appservice:transaction-stored')
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isStopped && this.#transport && (this.#hasNews || this.#pending)) {
        this.#hasNews = false
        this.#pending ??= await this.#next(undefined)
        while (this.#pending && !this.#isStopped) this.#pending = await this.#deliver(this.#pending)
      }
    } catch (error) {
      // Only the database can fail here. What waits is kept, and the next event or retry starts again.
      this.#options.logger.error({ err: error }, 'application service queue failed')
      this.#fail('the queue could not be read')
      this.#hasNews = true
      this.#options.clock.after(this.#delayMs(), () => this.wake())
    } finally {
      this.#running = undefined
    }
    if (this.#hasNews && !this.#isStopped && this.#failures === 0) this.wake()
  }

  /** Returns what is to be delivered next: the same again, or what came after. */
  async #deliver(parcel: Parcel): Promise<Parcel | undefined> {
    const { onStep, onDelivered, logger, clock } = this.#options
    const error = await this.#push(parcel)
    if (error === undefined) {
      if (this.#failures > 0) logger.info('application service answers again')
      this.#failures = 0
      this.#lastError = undefined
      this.#lastDeliveredTs = clock.now()
      onDelivered(parcel.lastSeq)
      onStep('appservice:before-delivered')
      return this.#next(parcel)
    }
    // A push that was given up because the server stops says nothing about the service, and no retry will come.
    if (this.#isStopped) return undefined
    if (this.#failures === 0) logger.warn({ error }, 'application service does not take its transaction')
    this.#fail(error)
    await this.#waitForRetry()
    return this.#isStopped ? undefined : parcel
  }

  async #push(parcel: Parcel): Promise<string | undefined> {
    const { onStep } = this.#options
    const transport = this.#transport
    if (!transport) return 'there is no address to push to'
    onStep('appservice:before-push')
    const url = `/_matrix/app/v1/transactions/${encodeURIComponent(parcel.txnId)}`
    try {
      const { status } = await transport({
        method: 'PUT',
        url,
        body: parcel.body,
        timeoutMs: TIMEOUT_MS,
        signal: this.#stopping.signal,
      })
      return status >= 200 && status < 300 ? undefined : `answered ${status}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  /** In one commit: what was delivered is marked, and the next transaction is stored with its bytes, where it has to be. */
  async #next(delivered: Parcel | undefined): Promise<Parcel | undefined> {
    const { appservice, database, outbox, clock, onStep, takesRepeats } = this.#options
    if (!delivered && !(takesRepeats && this.#lastNumber !== undefined)) {
      const stored = await this.#stored()
      if (stored !== undefined) return stored
    }
    // Of what is marked later only the last is known: it stands for what was delivered before it.
    if (delivered) this.#unmarked = { ...delivered, lastSeq: Math.max(delivered.lastSeq, this.deliveredSeq) }
    // What was told with it is no news for the one that is made now.
    if (delivered?.told) await this.#mark()
    const unmarked = this.#unmarked
    const items = await outbox.after(appservice.nid, unmarked?.lastSeq ?? 0, MAX_ITEMS)
    const isNews = items.length > 0 || (await this.#options.extras().hasNews(appservice))
    if (!isNews) {
      this.#markSoon()
      return undefined
    }
    const number = (this.#lastNumber ?? 0) + 1
    const parcel = {
      number,
      txnId: this.#txnId(number),
      createdTs: clock.now(),
      ...(await this.#composer.compose(items)),
    }
    if (takesRepeats) this.#markSoon()
    else {
      await database.transaction(async (tx) => {
        if (unmarked) await this.#settle(tx, unmarked)
        outbox.saveTransaction(tx, appservice.nid, parcel)
        await parcel.told?.(tx)
      })
      onStep('appservice:transaction-stored')
    }
    this.#lastNumber = number
    return takesRepeats ? parcel : { ...parcel, told: undefined }
  }

  /** What was on its way at the last stop; undefined where it was delivered. */
  async #stored(): Promise<Parcel | undefined> {
    const { appservice, outbox } = this.#options
    const stored = await outbox.transaction(appservice.nid)
    this.#lastNumber = stored?.number ?? 0
    if (stored?.body === undefined || stored.number === this.#unmarked?.number) return undefined
    return { ...stored, body: stored.body, txnId: this.#txnId(stored.number) }
  }

  async #settle(tx: Transaction, parcel: Parcel): Promise<void> {
    this.#options.outbox.markDelivered(tx, this.#options.appservice.nid, parcel)
    await parcel.told?.(tx)
    tx.onCommit(() => this.#isMarked(parcel))
  }

  #isMarked(parcel: Parcel): void {
    if (this.#unmarked === parcel) this.#unmarked = undefined
  }

  /** Unless another commit comes first. */
  #markSoon(): void {
    if (this.#unmarked === undefined) return
    this.#markTimer ??= this.#options.clock.after(MARK_MS, () => {
      this.#markTimer = undefined
      void this.#tryToMark()
    })
  }

  /** Where it fails, what was delivered comes again at the worst. */
  async #tryToMark(): Promise<void> {
    try {
      await this.#mark()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'a delivery could not be marked')
    }
  }

  async #mark(): Promise<void> {
    const unmarked = this.#unmarked
    if (unmarked !== undefined) await this.#options.database.transaction((tx) => this.#settle(tx, unmarked))
  }

  /** What is not stored must not be taken, after a restart, for what had the same number before. */
  #txnId(number: number): string {
    const { appservice, takesRepeats } = this.#options
    return `${appservice.txnPrefix}.${takesRepeats ? `${this.#session}.` : ''}${number}`
  }

  #fail(error: string): void {
    this.#failures += 1
    this.#lastError = error
  }

  /** Full jitter, so that services which failed together do not come back together. */
  #delayMs(): number {
    const { random, maxRetryMs } = this.#options
    return random() * Math.min(maxRetryMs, FIRST_RETRY_MS * 2 ** (this.#failures - 1))
  }

  async #waitForRetry(): Promise<void> {
    const { clock } = this.#options
    const delayMs = this.#delayMs()
    this.#retryAtTs = clock.now() + delayMs
    let timer: Timer | undefined
    await new Promise<void>((resolve) => {
      this.#wakeFromRetry = resolve
      timer = clock.after(delayMs, resolve)
    })
    timer?.cancel()
    this.#wakeFromRetry = undefined
    this.#retryAtTs = undefined
  }
}
