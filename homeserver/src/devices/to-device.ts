import { setImmediate } from 'node:timers/promises'
import type { Database, Transaction } from '@pons/database'
import { tooLarge, utf8Length, type JsonObject, type UserId, type Clock } from '@pons/matrix'
import type { AppserviceQueues } from '../appservices/queues.ts'
import type { Roster } from '../appservices/roster.ts'
import QuickLRU from 'quick-lru'
import { DeviceStore, type Device } from '../storage/device-store.ts'
import { ToDeviceStore, type RecipientDevice } from '../storage/to-device-store.ts'
import type { Notifier } from '../sync/notifier.ts'
import type { SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'
import type { Stream } from '../sync/stream.ts'
import type { Sessions } from './sessions.ts'

export interface ToDeviceOptions {
  readonly database: Database
  readonly clock: Clock
  readonly notifier: Notifier
  readonly stream: Stream
  readonly sessions: Sessions
  readonly roster: Roster
  readonly queues: AppserviceQueues
}

export interface ToDeviceMessages {
  readonly sender: UserId
  /** Empty for an application service without one. */
  readonly senderDevice: string
  readonly type: string
  readonly txnId: string
  /** user -> device id, or `*` for all -> content */
  readonly messages: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>
}

const MAX_CONTENT_BYTES = 65_536
/** A device that never asks for its messages keeps the newest of them only. */
const INBOX = { count: 5000, bytes: 8 * 1024 * 1024 }
/** What one sync hands over; the rest comes with the next. */
const PAGE = { count: 100, bytes: 1024 * 1024 }
/** How long, and of one device how many, repeated requests are known by. */
const TXNS = { lifeMs: 24 * 60 * 60 * 1000, count: 10_000 }
/** An inbox is over its bounds by no more than so many messages. */
const PRUNE_EVERY = 64
const SENT_AT_ONCE = 64

/** Messages between devices: https://spec.matrix.org/v1.19/client-server-api/#send-to-device-messaging */
export class ToDevice implements SyncSection {
  readonly key = 'd'
  readonly #options: ToDeviceOptions
  readonly #store: ToDeviceStore
  readonly #devices: DeviceStore
  /** Messages to a device since its inbox was last cut to its bounds. */
  readonly #since = new QuickLRU<string, number>({ maxSize: 50_000 })
  #sends = 0

  constructor(options: ToDeviceOptions) {
    this.#options = options
    this.#store = new ToDeviceStore(options.database)
    this.#devices = new DeviceStore(options.database)
    options.sessions.onDelete((tx, { userId, deviceId }) => this.#store.deleteAll(tx, userId, deviceId))
  }

  /** A repeat with the same transaction id does nothing. @throws MatrixError M_TOO_LARGE */
  async send({ sender, senderDevice, type, txnId, messages }: ToDeviceMessages): Promise<void> {
    const { database, clock } = this.#options
    for (const content of Object.values(messages).flatMap((devices) => Object.values(devices))) {
      if (utf8Length(JSON.stringify(content)) > MAX_CONTENT_BYTES) throw tooLarge('a message may have 64 KiB at most')
    }
    const createdTs = clock.now()
    await database.transaction(async (tx) => {
      const scope = `${encodeURIComponent(type)}/${txnId}`
      const txn = { userId: sender, deviceId: senderDevice, txnId: scope, createdTs }
      if (!(await this.#store.insertTxn(tx, txn))) return
      // Also where the messages are for nobody.
      if (++this.#sends % PRUNE_EVERY === 0) await this.#store.pruneTxns(tx, txn, TXNS)
      for (const [at, [userId, devices]] of Object.entries(messages).entries()) {
        if (at % SENT_AT_ONCE === SENT_AT_ONCE - 1) await setImmediate()
        const present = await this.#devices.of(userId as UserId, tx)
        for (const [deviceId, content] of Object.entries(devices)) {
          const message = { type, sender, content }
          await this.#sendTo(tx, { userId: userId as UserId, devices: targetsOf(present, deviceId), message })
        }
      }
    })
  }

  position(): number {
    return this.#options.stream.position
  }

  async collect({ userId, deviceId, since, upTo }: SectionRequest): Promise<SectionResult> {
    // What was delivered goes when something new comes: asking for nothing new must cost nothing.
    if (deviceId === undefined || since === upTo) return {}
    const delivered = since ?? 0
    const of = { userId, deviceId }
    if (await this.#store.hasUpTo(of, delivered)) {
      await this.#options.database.transaction((tx) => this.#store.deleteUpTo(tx, userId, deviceId, delivered))
    }
    const page = await this.#store.page(of, { after: delivered, upTo }, PAGE)
    const last = page.at(-1)
    if (last === undefined) return {}
    const events = page.map(({ message }) => message)
    const [next] = await this.#store.page(of, { after: last.position, upTo }, { count: 1, bytes: 0 })
    return { top: { to_device: { events } }, ...(next !== undefined && { reached: last.position }) }
  }

  async #bound(tx: Transaction, of: RecipientDevice): Promise<void> {
    const key = `${of.userId}\0${of.deviceId}`
    // One that was not heard of since the start may be full.
    const count = this.#since.get(key) ?? PRUNE_EVERY
    this.#since.set(key, count >= PRUNE_EVERY ? 1 : count + 1)
    if (count >= PRUNE_EVERY) await this.#store.prune(tx, of, INBOX)
  }

  async #sendTo(
    tx: Transaction,
    { userId, devices, message }: { userId: UserId; devices: readonly Device[]; message: JsonObject },
  ): Promise<void> {
    const { roster, queues, stream, notifier } = this.#options
    // Its user's devices read nothing by /sync, so the messages go with its transactions (MSC4203).
    const listener = roster.list.find(
      (appservice) =>
        appservice.isPushed &&
        appservice.receivesEphemeral &&
        (userId === appservice.senderUserId || roster.exclusiveOwnerOfUser(userId) === appservice),
    )
    for (const target of devices) {
      if (listener) {
        queues.queueToDevice(tx, listener, { userId, deviceId: target.deviceId, message })
        continue
      }
      const position = await stream.next(tx)
      await this.#store.insert(tx, { userId, deviceId: target.deviceId, position }, message)
      tx.onCommit(() => notifier.wakeUser(userId))
      // Whoever writes to hundreds of devices lets others have their turn.
      if (position % SENT_AT_ONCE === 0) await setImmediate()
      await this.#bound(tx, { userId, deviceId: target.deviceId })
    }
  }
}

function targetsOf(devices: readonly Device[], deviceId: string): readonly Device[] {
  if (deviceId === '*') return devices
  const target = devices.find((device) => device.deviceId === deviceId)
  return target ? [target] : []
}
