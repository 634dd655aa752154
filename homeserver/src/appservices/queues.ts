import type { Database, Transaction } from '@pons/database'
import type { JsonObject, UserId, Clock } from '@pons/matrix'
import type { Logger } from 'pino'
import type { Room } from '../rooms/room.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Timeline } from '../rooms/timeline.ts'
import type { EventStore } from '../storage/event-store.ts'
import { AppserviceQueueStore } from '../storage/appservice-queue-store.ts'
import type { Appservice } from './appservice.ts'
import type { ExtrasSource } from './extras.ts'
import { httpTransport, isLoopback, type HttpTransport, type HttpTransportOptions } from './http-transport.ts'
import type { Interests } from './interests.ts'
import { Outstanding } from './outstanding.ts'
import type { Sign } from './retries.ts'
import { TransactionSender, type Queued, type SenderStatus } from './transaction-sender.ts'
import { inProcessTransport, type AppserviceTransport, type InProcessCall, type TolerantCall } from './transport.ts'

export interface QueuesOptions {
  readonly database: Database
  readonly interests: Interests
  readonly extras: ExtrasSource
  readonly timeline: Timeline
  readonly rooms: Rooms
  readonly events: EventStore
  readonly clock: Clock
  readonly logger: Logger
  readonly onStep: (step: string) => void
  readonly random: () => number
  readonly http: HttpTransportOptions
}

export interface QueueStatus extends SenderStatus {
  readonly id: string
  readonly url: string | null
  readonly queuedItems: number
  readonly oldestQueuedTs: number | undefined
}

interface Queue {
  readonly appservice: Appservice
  readonly sender: TransactionSender
  readonly outstanding: Outstanding
  readonly transport: AppserviceTransport | undefined
  readonly http: HttpTransport | undefined
}

const LOCAL_RETRY_CAP_MS = 60_000
const REMOTE_RETRY_CAP_MS = 300_000

/** What waits for each application service, and the way to it. */
export class AppserviceQueues {
  readonly #options: QueuesOptions
  readonly #store: AppserviceQueueStore
  /** By the service's id. */
  readonly #queues = new Map<string, Queue>()

  constructor(options: QueuesOptions) {
    this.#options = options
    this.#store = new AppserviceQueueStore(options.database)
    options.timeline.onAppend((tx, room, event) => this.#queueEvent(tx, room, event))
    options.extras.onNews((appservice) => this.wake(appservice))
  }

  /** Undefined when there is nowhere to call it. */
  transportOf(appservice: Appservice): AppserviceTransport | undefined {
    return this.#queues.get(appservice.id)?.transport
  }

  /** It answered a ping, or made a request: it lives, and may not take its transactions all the same. */
  sawAlive(appservice: Appservice, sign: Sign): void {
    const sender = this.#queues.get(appservice.id)?.sender
    if (sender && sender.status.failures > 0) sender.retrySoon(sign)
  }

  /** Queues something ephemeral in the caller's transaction. */
  queueEphemeral(tx: Transaction, appservice: Appservice, edu: JsonObject): void {
    this.#push(tx, appservice, { kind: 'ephemeral', value: edu }, (outstanding, item) => outstanding.addEphemeral(item))
  }

  queueToDevice(
    tx: Transaction,
    appservice: Appservice,
    { userId, deviceId, message }: { userId: UserId; deviceId: string; message: JsonObject },
  ): void {
    const addressed = { ...message, to_user_id: userId, to_device_id: deviceId }
    this.#push(tx, appservice, { kind: 'to-device', value: addressed }, (outstanding, item) =>
      outstanding.addToDevice(userId, deviceId, item),
    )
  }

  /** There may be something to tell it that is not queued. */
  wake({ id }: Appservice): void {
    this.#queues.get(id)?.sender.wake()
  }

  async status(): Promise<QueueStatus[]> {
    return Promise.all(
      [...this.#queues.values()].map(async ({ appservice, sender }) => {
        const { items, oldestTs } = await this.#store.depth(appservice.nid, sender.deliveredSeq)
        const { url } = appservice.registration
        return { id: appservice.id, url, ...sender.status, queuedItems: items, oldestQueuedTs: oldestTs }
      }),
    )
  }

  /**
   * Sends to the service from now on, by the call or else to its address, in the place of the queue that it had under its id.
   * @param onOpen is called in the moment in which the one takes the place of the other
   */
  async open(
    appservice: Appservice,
    given: InProcessCall | TolerantCall | undefined,
    onOpen: () => void,
  ): Promise<void> {
    await this.#store.open(appservice.nid)
    // The one that is replaced stays until then: what is said meanwhile is queued, and whoever calls is answered.
    let before: Queue | undefined
    for (let present = this.#queues.get(appservice.id); present !== before; present = this.#queues.get(appservice.id)) {
      if (present) await halt(present)
      before = present
    }
    const queue = this.#queueOf(appservice, given)
    this.#queues.set(appservice.id, queue)
    onOpen()
    queue.sender.use(queue.transport)
  }

  /** Whoever queues for the service afterwards queues nothing. */
  async close({ id }: Appservice): Promise<void> {
    const queue = this.#queues.get(id)
    this.#queues.delete(id)
    if (queue) await halt(queue)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#queues.values()].map(halt))
  }

  #queueOf(appservice: Appservice, given: InProcessCall | TolerantCall | undefined): Queue {
    const { url, hs_token: hsToken } = appservice.registration
    const call = typeof given === 'function' ? given : given?.call
    const isNear = url === null || isLoopback(url)
    const outstanding = new Outstanding()
    const sender = new TransactionSender({
      ...this.#options,
      appservice,
      onDelivered: (upTo) => outstanding.delivered(upTo),
      store: this.#store,
      logger: this.#options.logger.child({ appservice: appservice.id }),
      maxRetryMs: isNear ? LOCAL_RETRY_CAP_MS : REMOTE_RETRY_CAP_MS,
      takesRepeats: typeof given === 'object',
    })
    const http = call || url === null ? undefined : httpTransport(url, hsToken, this.#options.http)
    const transport = call ? inProcessTransport(call, hsToken) : http?.send
    return { appservice, sender, outstanding, transport, http }
  }

  async #queueEvent(tx: Transaction, room: Room, event: RoomEvent): Promise<void> {
    const queuedTs = this.#options.clock.now()
    for (const appservice of await this.#options.interests.of(tx, room, event)) {
      const seq = this.#store.push(tx, appservice.nid, { kind: 'event', event: event.nid, queuedTs })
      const queue = this.#queues.get(appservice.id)
      // A service learns little from its own events; people who wait for them come first.
      if (queue) this.#tell(tx, queue, { seq, event, isUrgent: !appservice.ownsUser(event.sender) })
    }
  }

  #push(
    tx: Transaction,
    appservice: Appservice,
    { kind, value }: { kind: 'ephemeral' | 'to-device'; value: JsonObject },
    note: (outstanding: Outstanding, item: { seq: number; bytes: number }) => number[],
  ): void {
    const { nid, id, isPushed } = appservice
    const queue = this.#queues.get(id)
    if (!isPushed || !queue) return
    const payload = JSON.stringify(value)
    const seq = this.#store.push(tx, nid, { kind, payload, queuedTs: this.#options.clock.now() })
    for (const surplus of note(queue.outstanding, { seq, bytes: payload.length })) this.#store.drop(tx, nid, surplus)
    this.#tell(tx, queue, { seq, isUrgent: true })
  }

  /** Should the service be registered anew before the commit, whoever sends for it by then hears of it. */
  #tell(tx: Transaction, queue: Queue, queued: Queued): void {
    queue.sender.queued(tx, queued)
    tx.onCommit(() => {
      const present = this.#queues.get(queue.appservice.id)
      if (present !== queue) present?.sender.wake()
    })
  }
}

async function halt({ sender, http }: Queue): Promise<void> {
  await sender.stop()
  await http?.[Symbol.asyncDispose]()
}
