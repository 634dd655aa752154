import { randomUUID } from 'node:crypto'
import type { Database } from '@pons/database'
import type { JsonObject, JsonValue, UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { Clock, Timer } from '../clock.ts'
import { clientEvent } from '../rooms/client-event.ts'
import { membershipOf, type RoomEvent } from '../rooms/room-event.ts'
import type { Rooms } from '../rooms/rooms.ts'
import { strippedState } from '../rooms/stripped-state.ts'
import type { EventStore } from '../storage/event-store.ts'
import type { OutboxItem, OutboxStore } from '../storage/outbox-store.ts'
import type { Appservice } from './appservice.ts'
import type { AppserviceTransport } from './transport.ts'

export interface SenderOptions {
  readonly appservice: Appservice
  readonly database: Database
  readonly outbox: OutboxStore
  readonly events: EventStore
  readonly rooms: Rooms
  readonly clock: Clock
  readonly logger: Logger
  readonly onStep: (step: string) => void
  /** Between 0 and 1. */
  readonly random: () => number
  readonly maxRetryMs: number
  /** It tells events by their ids: transactions need not be stored to come again as they were. */
  readonly takesRepeats: boolean
  /** More for the transaction that is being made, such as device lists; stored with it. */
  readonly extras: (appservice: Appservice) => Promise<JsonObject>
}

export interface SenderStatus {
  /** Failed attempts since the last success. */
  readonly failures: number
  readonly lastError: string | undefined
  readonly lastDeliveredTs: number | undefined
  readonly retryAtTs: number | undefined
}

interface Parcel {
  readonly number: number
  readonly txnId: string
  readonly lastSeq: number
  readonly body: string
  readonly createdTs: number
}

const MAX_ITEMS = 100
const MAX_BYTES = 1024 * 1024
const FIRST_RETRY_MS = 1000
const TIMEOUT_MS = 30_000

/** Delivers what waits for one application service: in order, one transaction at a time, until it was taken. */
export class TransactionSender {
  readonly #options: SenderOptions
  #transport: AppserviceTransport | undefined
  #running: Promise<void> | undefined
  readonly #stopping = new AbortController()
  readonly #session = randomUUID()
  #hasNews = true
  #lastNumber: number | undefined
  #pending: Parcel | undefined
  #failures = 0
  #lastError: string | undefined
  #lastDeliveredTs: number | undefined
  #retryAtTs: number | undefined
  #wakeFromRetry: (() => void) | undefined

  constructor(options: SenderOptions) {
    this.#options = options
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

  /** To be called after something was queued. */
  wake(): void {
    this.#hasNews = true
    if (this.#isStopped || !this.#transport) return
    this.#running ??= this.#run()
  }

  /** The service has shown that it lives: forget how often it failed, and try at once. */
  retryNow(): void {
    this.#failures = 0
    this.#wakeFromRetry?.()
  }

  /** A push that is under way is given up; it comes again, with the same bytes. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wakeFromRetry?.()
    await this.#running
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
      this.#options.clock.after(this.#delayMs(), () => this.wake())
    } finally {
      this.#running = undefined
    }
    if (this.#hasNews && !this.#isStopped && this.#failures === 0) this.wake()
  }

  /** Returns what is to be delivered next: the same again, or what came after. */
  async #deliver(parcel: Parcel): Promise<Parcel | undefined> {
    const { onStep, logger, clock } = this.#options
    const error = await this.#push(parcel)
    if (error === undefined) {
      if (this.#failures > 0) logger.info('application service answers again')
      this.#failures = 0
      this.#lastError = undefined
      this.#lastDeliveredTs = clock.now()
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

  /** In one commit: what was delivered goes, and the next transaction is stored with its bytes, where it has to be. */
  async #next(delivered: Parcel | undefined): Promise<Parcel | undefined> {
    const { appservice, database, outbox, clock, onStep, takesRepeats } = this.#options
    if (!delivered && !(takesRepeats && this.#lastNumber !== undefined)) {
      const stored = await outbox.transaction(appservice.nid)
      this.#lastNumber = stored?.number ?? 0
      if (stored?.body !== undefined) return { ...stored, body: stored.body, txnId: this.#txnId(stored.number) }
    }
    const items = await outbox.after(appservice.nid, delivered?.lastSeq ?? 0, MAX_ITEMS)
    if (items.length === 0 && !delivered) return undefined
    const { body, lastSeq } = await this.#compose(items)
    const number = (this.#lastNumber ?? 0) + 1
    const txnId = this.#txnId(number)
    const parcel = items.length === 0 ? undefined : { number, txnId, lastSeq, body, createdTs: clock.now() }
    if (delivered || !takesRepeats) {
      await database.transaction(async (tx) => {
        if (delivered) outbox.markDelivered(tx, appservice.nid, delivered.lastSeq)
        if (parcel && !takesRepeats) outbox.saveTransaction(tx, appservice.nid, parcel)
      })
    }
    if (!parcel) return undefined
    this.#lastNumber = number
    if (!takesRepeats) onStep('appservice:transaction-stored')
    return parcel
  }

  /** What is not stored must not be taken, after a restart, for what had the same number before. */
  #txnId(number: number): string {
    const { appservice, takesRepeats } = this.#options
    return `${appservice.txnPrefix}.${takesRepeats ? `${this.#session}.` : ''}${number}`
  }

  /** At least one item, then as many as fit. */
  async #compose(items: readonly OutboxItem[]): Promise<{ body: string; lastSeq: number }> {
    const { appservice, events, extras } = this.#options
    const nids = items.flatMap((item) => (item.event === undefined ? [] : [item.event]))
    const byNid = new Map((await events.byNids(nids)).map((event) => [event.nid, event]))
    const replaced = await this.#replacedBy([...byNid.values()])
    const parts: Record<OutboxItem['kind'], string[]> = { event: [], ephemeral: [], 'to-device': [] }
    let bytes = 0
    let lastSeq = 0
    for (const item of items) {
      const event = item.event === undefined ? undefined : byNid.get(item.event)
      const text = event ? JSON.stringify(await this.#present(event, replaced)) : item.payload
      bytes += text === undefined ? 0 : Buffer.byteLength(text) + 1
      if (bytes > MAX_BYTES && lastSeq > 0) break
      if (text !== undefined) parts[item.kind].push(text)
      lastSeq = item.seq
    }
    return { body: bodyText(appservice, parts, await extras(appservice)), lastSeq }
  }

  async #replacedBy(events: readonly RoomEvent[]): Promise<Map<number, RoomEvent>> {
    const nids = events.map((event) => event.replaces).filter((nid) => nid !== undefined)
    return new Map((await this.#options.events.byNids(nids)).map((event) => [event.nid, event]))
  }

  async #present(event: RoomEvent, replaced: ReadonlyMap<number, RoomEvent>): Promise<JsonObject> {
    const unsigned: JsonObject = { age: Math.max(0, this.#options.clock.now() - event.originServerTs) }
    const before = event.replaces === undefined ? undefined : replaced.get(event.replaces)
    if (before) {
      unsigned['prev_content'] = before.content
      unsigned['replaces_state'] = before.eventId
    }
    const stripped = await this.#strippedState(event)
    if (stripped) Object.assign(unsigned, stripped)
    return { ...clientEvent(event), unsigned }
  }

  /** What a user of the service, who is not in the room yet, is told of it. */
  async #strippedState(event: RoomEvent): Promise<JsonObject | undefined> {
    const { appservice, rooms } = this.#options
    const { stateKey: target } = event
    if (event.type !== 'm.room.member' || target === undefined || !appservice.ownsUser(target)) return undefined
    const membership = membershipOf(event.content)
    if (membership !== 'invite' && membership !== 'knock') return undefined
    const room = await rooms.find(event.roomId)
    const now = room?.state.membership(target as UserId)
    // Who was sent away meanwhile learns nothing of what the room has become.
    if (!room || now === 'leave' || now === 'ban') return undefined
    const state = await strippedState(this.#options, room, { inviter: event.sender })
    return { [`${membership}_room_state`]: state }
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

function bodyText(
  appservice: Appservice,
  parts: Readonly<Record<OutboxItem['kind'], readonly string[]>>,
  extras: JsonObject,
): string {
  const members = [`"events":[${parts.event.join(',')}]`]
  if (parts.ephemeral.length > 0) {
    const list = `[${parts.ephemeral.join(',')}]`
    members.push(`"ephemeral":${list}`)
    if (appservice.registration['de.sorunome.msc2409.push_ephemeral'] === true) {
      members.push(`"de.sorunome.msc2409.ephemeral":${list}`)
    }
  }
  if (parts['to-device'].length > 0) {
    const list = `[${parts['to-device'].join(',')}]`
    members.push(`"to_device":${list}`, `"de.sorunome.msc2409.to_device":${list}`)
  }
  for (const [key, value] of Object.entries(extras)) {
    members.push(`${JSON.stringify(key)}:${JSON.stringify(value satisfies JsonValue)}`)
  }
  return `{${members.join(',')}}`
}
