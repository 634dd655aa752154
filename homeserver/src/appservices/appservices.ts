import { hash } from 'node:crypto'
import type { Database, Transaction } from '@pons/database'
import type { JsonObject, RoomAlias, ServerName, UserId } from '@pons/matrix'
import { checkRegistrations, compileNamespaces, type Registration } from '@pons/registration'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Room } from '../rooms/room.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Timeline } from '../rooms/timeline.ts'
import { AppserviceStore, type AppserviceRecord } from '../storage/appservice-store.ts'
import type { EventStore } from '../storage/event-store.ts'
import { OutboxStore } from '../storage/outbox-store.ts'
import type { RoomStore } from '../storage/room-store.ts'
import type { Accounts } from '../users/accounts.ts'
import { Appservice } from './appservice.ts'
import { noExtras, type ExtrasSource } from './extras.ts'
import { httpTransport, isLoopback, type HttpTransport, type HttpTransportOptions } from './http-transport.ts'
import { Interests } from './interests.ts'
import { Outstanding } from './outstanding.ts'
import { TransactionSender, type Queued, type SenderStatus } from './transaction-sender.ts'
import { inProcessTransport, type AppserviceTransport, type InProcessCall, type TolerantCall } from './transport.ts'

export interface AppservicesOptions {
  readonly database: Database
  readonly accounts: Accounts
  readonly timeline: Timeline
  readonly rooms: Rooms
  readonly stores: { readonly rooms: RoomStore; readonly events: EventStore }
  readonly serverName: ServerName
  readonly clock: Clock
  readonly logger: Logger
  readonly onStep: (step: string) => void
  readonly random?: () => number
  readonly http?: HttpTransportOptions
}

export interface AppserviceStatus extends SenderStatus {
  readonly id: string
  readonly url: string | null
  readonly queuedItems: number
  readonly oldestQueuedTs: number | undefined
}

interface Entry {
  readonly appservice: Appservice
  readonly sender: TransactionSender
  readonly outstanding: Outstanding
  transport: AppserviceTransport | undefined
  http: HttpTransport | undefined
}

/** As stored for services that were registered at run time. */
interface LiveRegistration {
  readonly registration: Registration
  readonly isInProcess: boolean
}

const LOCAL_RETRY_CAP_MS = 60_000
const REMOTE_RETRY_CAP_MS = 300_000

/** The application services of this server, and what is queued for them. */
export class Appservices {
  readonly #options: AppservicesOptions
  readonly #store: AppserviceStore
  readonly #outbox: OutboxStore
  readonly #entries = new Map<string, Entry>()
  readonly #byToken = new Map<string, Appservice>()
  #list: readonly Appservice[] = []
  #generation = 0
  readonly #interests: Interests
  /** More for each transaction that is made; set by who knows devices. */
  extras: ExtrasSource = noExtras

  constructor(options: AppservicesOptions) {
    this.#options = options
    this.#store = new AppserviceStore(options.database)
    this.#outbox = new OutboxStore(options.database)
    this.#interests = new Interests(options.stores.rooms)
    options.timeline.onAppend((tx, room, event) => this.#queue(tx, room, event))
  }

  /** Brings back those registered at run time, and adds those of the configuration. */
  async start(fromFiles: readonly Registration[]): Promise<void> {
    const fileIds = new Set(fromFiles.map(({ id }) => id))
    const records = await this.#store.all()
    const live = records.flatMap((record) => {
      if (record.registration === undefined || fileIds.has(record.id)) return []
      return [{ record, stored: JSON.parse(record.registration) as LiveRegistration }]
    })
    const registrations = [...fromFiles, ...live.map(({ stored }) => stored.registration)]
    checkRegistrations(registrations, { serverName: this.#options.serverName })
    for (const registration of fromFiles) {
      await this.#put(registration, undefined, { isStored: false, isInProcess: false })
    }
    for (const { record, stored } of live) {
      const appservice = this.#appservice(record, stored.registration, stored.isInProcess)
      await this.#install(appservice, undefined)
    }
  }

  /**
   * Adds an application service, or changes the one with the same id, while the server runs. With `call` the service
   * lives in this process; it must be registered again after a restart, and its queue waits for that.
   * @throws RegistrationError when it cannot live beside the others
   */
  async register(registration: Registration, call?: InProcessCall | TolerantCall): Promise<Appservice> {
    this.#check(registration)
    return this.#put(registration, call, { isStored: true, isInProcess: call !== undefined })
  }

  #check(registration: Registration): void {
    const others = this.#list.map((other) => other.registration).filter(({ id }) => id !== registration.id)
    checkRegistrations([...others, registration], { serverName: this.#options.serverName })
  }

  /**
   * One that will live in this process, and is not there yet: its names are its own, and what it is to hear is queued, until it
   * is registered with its call. @throws RegistrationError when it cannot live beside the others
   */
  async expect(registration: Registration): Promise<Appservice> {
    this.#check(registration)
    return this.#put(registration, undefined, { isStored: true, isInProcess: true })
  }

  /** Forgets an application service and what was queued for it; its users stay. False when there is none. */
  async remove(id: string): Promise<boolean> {
    const entry = this.#entries.get(id)
    if (!entry) return false
    await this.#uninstall(entry)
    await this.#options.database.transaction((tx) => this.#store.delete(tx, entry.appservice.nid))
    return true
  }

  get list(): readonly Appservice[] {
    return this.#list
  }

  byId(id: string): Appservice | undefined {
    return this.#entries.get(id)?.appservice
  }

  /** Looks the digest up, so that the time it takes tells nothing about the token. */
  byToken(token: string): Appservice | undefined {
    return this.#byToken.get(digest(token))
  }

  exclusiveOwnerOfUser(userId: UserId): Appservice | undefined {
    return this.#list.find((appservice) => appservice.namespaces.userMatch(userId)?.exclusive)
  }

  /** Whether the user is a bot, or one whom only an application service speaks for. */
  isOwnUser(userId: UserId): boolean {
    return (
      this.exclusiveOwnerOfUser(userId) !== undefined || this.#list.some(({ senderUserId }) => senderUserId === userId)
    )
  }

  exclusiveOwnerOfAlias(alias: RoomAlias): Appservice | undefined {
    return this.#list.find((appservice) => appservice.namespaces.aliasMatch(alias)?.exclusive)
  }

  /** Undefined when there is nowhere to call it. */
  transportOf(appservice: Appservice): AppserviceTransport | undefined {
    return this.#entries.get(appservice.id)?.transport
  }

  /** It answered a ping, or made a request: it lives, and may not take its transactions all the same. */
  sawAlive(appservice: Appservice, sign: 'ping' | 'request'): void {
    const sender = this.#entries.get(appservice.id)?.sender
    if (sender && sender.status.failures > 0) sender.retrySoon(sign)
  }

  /** Queues something ephemeral in the caller's transaction. */
  async queueEphemeral(tx: Transaction, appservice: Appservice, edu: JsonObject): Promise<void> {
    this.#push(tx, appservice, { kind: 'ephemeral', value: edu }, (outstanding, item) => outstanding.addEphemeral(item))
  }

  async queueToDevice(
    tx: Transaction,
    appservice: Appservice,
    { userId, deviceId, message }: { userId: UserId; deviceId: string; message: JsonObject },
  ): Promise<void> {
    const addressed = { ...message, to_user_id: userId, to_device_id: deviceId }
    this.#push(tx, appservice, { kind: 'to-device', value: addressed }, (outstanding, item) =>
      outstanding.addToDevice(userId, deviceId, item),
    )
  }

  /** The services that want to hear of typing and receipts in a room. */
  ephemeralListeners(room: Room): Appservice[] {
    return this.#list.filter((appservice) => {
      return appservice.isPushed && appservice.receivesEphemeral && this.isIn(appservice, room)
    })
  }

  /** Whether a user of the service is in the room, or it claims the room. */
  isIn(appservice: Appservice, room: Room): boolean {
    return this.#interests.isIn({ generation: this.#generation, list: this.#list }, appservice, room)
  }

  /** There may be something to tell it that is not queued. */
  wake({ id }: Appservice): void {
    this.#entries.get(id)?.sender.wake()
  }

  async status(): Promise<AppserviceStatus[]> {
    return Promise.all(
      [...this.#entries.values()].map(async ({ appservice, sender }) => {
        const { items, oldestTs } = await this.#outbox.depth(appservice.nid, sender.deliveredSeq)
        const { url } = appservice.registration
        return { id: appservice.id, url, ...sender.status, queuedItems: items, oldestQueuedTs: oldestTs }
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => this.#halt(entry)))
  }

  async #put(
    registration: Registration,
    call: InProcessCall | TolerantCall | undefined,
    { isStored, isInProcess }: { isStored: boolean; isInProcess: boolean },
  ): Promise<Appservice> {
    const { database, accounts } = this.#options
    const stored: LiveRegistration = { registration, isInProcess }
    const record = await database.transaction(async (tx) => {
      const saved = await this.#store.save(tx, registration.id, isStored ? JSON.stringify(stored) : undefined)
      const { senderUserId } = this.#appservice(saved, registration, isInProcess)
      await accounts.createIn(tx, { userId: senderUserId, appservice: registration.id })
      return saved
    })
    const appservice = this.#appservice(record, registration, isInProcess)
    await this.#install(appservice, call)
    return appservice
  }

  #appservice(record: AppserviceRecord, registration: Registration, isInProcess: boolean): Appservice {
    return new Appservice({
      nid: record.nid,
      registration,
      namespaces: compileNamespaces(registration, { serverName: this.#options.serverName }),
      txnPrefix: record.txnPrefix,
      isPushed: isInProcess || registration.url !== null,
    })
  }

  async #install(appservice: Appservice, given: InProcessCall | TolerantCall | undefined): Promise<void> {
    await this.#outbox.open(appservice.nid)
    // The one that is replaced stays in the list until then: what is said meanwhile is queued, and whoever calls is answered.
    let before: Entry | undefined
    for (
      let present = this.#entries.get(appservice.id);
      present !== before;
      present = this.#entries.get(appservice.id)
    ) {
      if (present) await this.#halt(present)
      before = present
    }
    const { database, clock, onStep, stores, random } = this.#options
    const { url, hs_token: hsToken, as_token: asToken } = appservice.registration
    const call = typeof given === 'function' ? given : given?.call
    const isNear = url === null || isLoopback(url)
    const outstanding = new Outstanding()
    const sender = new TransactionSender({
      appservice,
      onDelivered: (upTo) => outstanding.delivered(upTo),
      database,
      outbox: this.#outbox,
      events: stores.events,
      rooms: this.#options.rooms,
      clock,
      logger: this.#options.logger.child({ appservice: appservice.id }),
      onStep,
      random: random ?? Math.random,
      maxRetryMs: isNear ? LOCAL_RETRY_CAP_MS : REMOTE_RETRY_CAP_MS,
      extras: () => this.extras,
      takesRepeats: typeof given === 'object',
    })
    const http = call || url === null ? undefined : httpTransport(url, hsToken, this.#options.http)
    const transport = call ? inProcessTransport(call, hsToken) : http?.send
    if (before) this.#byToken.delete(digest(before.appservice.registration.as_token))
    this.#entries.set(appservice.id, { appservice, sender, outstanding, transport, http })
    this.#byToken.set(digest(asToken), appservice)
    this.#changed()
    sender.use(transport)
  }

  async #uninstall(entry: Entry): Promise<void> {
    this.#entries.delete(entry.appservice.id)
    this.#byToken.delete(digest(entry.appservice.registration.as_token))
    this.#changed()
    await this.#halt(entry)
  }

  async #halt({ sender, http }: Entry): Promise<void> {
    await sender.stop()
    await http?.[Symbol.asyncDispose]()
  }

  #changed(): void {
    this.#list = [...this.#entries.values()].map(({ appservice }) => appservice)
    this.#generation += 1
  }

  async #queue(tx: Transaction, room: Room, event: RoomEvent): Promise<void> {
    if (this.#list.length === 0) return
    const source = { generation: this.#generation, list: this.#list }
    const queuedTs = this.#options.clock.now()
    for (const appservice of await this.#interests.of(tx, source, { room, event })) {
      const { nid, id } = appservice
      const seq = this.#outbox.push(tx, nid, { kind: 'event', event: event.nid, queuedTs })
      const entry = this.#entries.get(id)
      // A service learns little from its own events; people who wait for them come first.
      if (entry) this.#tell(tx, entry, { seq, event, isUrgent: !appservice.ownsUser(event.sender) })
    }
  }

  #push(
    tx: Transaction,
    appservice: Appservice,
    { kind, value }: { kind: 'ephemeral' | 'to-device'; value: JsonObject },
    note: (outstanding: Outstanding, item: { seq: number; bytes: number }) => number[],
  ): void {
    const { nid, id, isPushed } = appservice
    const entry = this.#entries.get(id)
    if (!isPushed || !entry) return
    const payload = JSON.stringify(value)
    const seq = this.#outbox.push(tx, nid, { kind, payload, queuedTs: this.#options.clock.now() })
    for (const surplus of note(entry.outstanding, { seq, bytes: payload.length })) this.#outbox.drop(tx, nid, surplus)
    this.#tell(tx, entry, { seq, isUrgent: true })
  }

  /** Should the service be registered anew before the commit, whoever sends for it by then hears of it. */
  #tell(tx: Transaction, entry: Entry, queued: Queued): void {
    entry.sender.queued(tx, queued)
    tx.onCommit(() => {
      const present = this.#entries.get(entry.appservice.id)
      if (present !== entry) present?.sender.wake()
    })
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64')
}
