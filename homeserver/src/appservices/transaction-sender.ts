import { randomUUID } from 'node:crypto'
import type { Transaction } from '@pons/database'
import type { RoomEvent } from '../event/room-event.ts'
import { DeliveryMark, type DeliveryMarkOptions } from './delivery-mark.ts'
import type { Parcel } from './parcel.ts'
import { Retries, type RetriesOptions, type Sign } from './retries.ts'
import { TransactionComposer, type ComposerOptions } from './transaction-composer.ts'
import type { AppserviceTransport } from './transport.ts'

export interface SenderOptions extends ComposerOptions, DeliveryMarkOptions, RetriesOptions {
  readonly onStep: (step: string) => void
  /** With the last number of the queue that the service has taken. */
  readonly onDelivered: (upTo: number) => void
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

const MAX_ITEMS = 100
const TIMEOUT_MS = 30_000

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
  readonly #mark: DeliveryMark
  readonly #retries: Retries
  #lastNumber: number | undefined
  #pending: Parcel | undefined
  #lastDeliveredTs: number | undefined

  constructor(options: SenderOptions) {
    this.#options = options
    this.#composer = new TransactionComposer(options)
    this.#mark = new DeliveryMark(options)
    this.#retries = new Retries(options)
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  get status(): SenderStatus {
    const { failures, lastError, atTs } = this.#retries
    return { failures, lastError, lastDeliveredTs: this.#lastDeliveredTs, retryAtTs: atTs }
  }

  /** A new address, or none for now; what waits is tried at once. */
  use(transport: AppserviceTransport | undefined): void {
    this.#transport = transport
    this.wake()
    this.#retries.now()
  }

  /** The last number of the queue that was delivered, as far as is known. */
  get deliveredSeq(): number {
    return this.#mark.seq
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

  /** The service shows that it lives. */
  retrySoon(sign: Sign): void {
    this.#retries.soon(sign)
  }

  /** A push that is under way is given up; it comes again: over HTTP with the same bytes, in process with the same events. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#retries.stopWaiting()
    await this.#running
    await this.#mark.stop()
  }

  #rides({ event }: Queued): boolean {
    const isIdle = this.#running === undefined && this.#pending === undefined && !this.#hasNews && this.#open === 0
    const isThere = !this.#isStopped && this.#transport !== undefined && this.#retries.failures === 0
    if (!isIdle || !isThere || this.#lastNumber === undefined) return false
    // Of states a service is told more than what is at hand here.
    const isMessage = event !== undefined && event.stateKey === undefined
    return isMessage && !this.#options.extras.tells(this.#options.appservice)
  }

  #ridingParcel(tx: Transaction, { seq, event }: Queued): Parcel | undefined {
    if (event === undefined) return undefined
    const { appservice, clock, store, takesRepeats } = this.#options
    const number = (this.#lastNumber ?? 0) + 1
    const body = this.#composer.ofMessage(event)
    const parcel = { number, txnId: this.#txnId(number), lastSeq: seq, body, createdTs: clock.now() }
    this.#mark.in(tx)
    if (!takesRepeats) store.saveTransaction(tx, appservice.nid, parcel)
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
      this.#retries.failed('the queue could not be read')
      this.#hasNews = true
      this.#options.clock.schedule(() => this.wake(), this.#retries.delayMs())
    } finally {
      this.#running = undefined
    }
    if (this.#hasNews && !this.#isStopped && this.#retries.failures === 0) this.wake()
  }

  /** Returns what is to be delivered next: the same again, or what came after. */
  async #deliver(parcel: Parcel): Promise<Parcel | undefined> {
    const { onStep, onDelivered, logger, clock } = this.#options
    const error = await this.#push(parcel)
    if (error === undefined) {
      if (this.#retries.failures > 0) logger.info('application service answers again')
      this.#retries.succeeded()
      this.#lastDeliveredTs = clock.now()
      onDelivered(parcel.lastSeq)
      onStep('appservice:before-delivered')
      return this.#next(parcel)
    }
    // A push that was given up because the server stops says nothing about the service, and no retry will come.
    if (this.#isStopped) return undefined
    if (this.#retries.failures === 0) logger.warn({ error }, 'application service does not take its transaction')
    this.#retries.failed(error)
    await this.#retries.wait()
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
    const { appservice, database, store, clock, onStep, takesRepeats } = this.#options
    if (!delivered && !(takesRepeats && this.#lastNumber !== undefined)) {
      const stored = await this.#stored()
      if (stored !== undefined) return stored
    }
    if (delivered) this.#mark.delivered(delivered)
    // What was told with it is no news for the one that is made now.
    if (delivered?.told) await this.#mark.now()
    const items = await store.after(appservice.nid, this.#mark.seq, MAX_ITEMS)
    const isNews = items.length > 0 || (await this.#options.extras.hasNews(appservice))
    if (!isNews) {
      this.#mark.soon()
      return undefined
    }
    const number = (this.#lastNumber ?? 0) + 1
    const parcel = {
      number,
      txnId: this.#txnId(number),
      createdTs: clock.now(),
      ...(await this.#composer.compose(items)),
    }
    if (takesRepeats) this.#mark.soon()
    else {
      await database.transaction(async (tx) => {
        await this.#mark.settle(tx)
        store.saveTransaction(tx, appservice.nid, parcel)
        await parcel.told?.(tx)
      })
      onStep('appservice:transaction-stored')
    }
    this.#lastNumber = number
    return takesRepeats ? parcel : { ...parcel, told: undefined }
  }

  /** What was on its way at the last stop; undefined where it was delivered. */
  async #stored(): Promise<Parcel | undefined> {
    const { appservice, store } = this.#options
    const stored = await store.transaction(appservice.nid)
    this.#lastNumber = stored?.number ?? 0
    if (stored?.body === undefined || stored.number === this.#mark.unmarked?.number) return undefined
    return { ...stored, body: stored.body, txnId: this.#txnId(stored.number) }
  }

  /** What is not stored must not be taken, after a restart, for what had the same number before. */
  #txnId(number: number): string {
    const { appservice, takesRepeats } = this.#options
    return `${appservice.txnPrefix}.${takesRepeats ? `${this.#session}.` : ''}${number}`
  }
}
