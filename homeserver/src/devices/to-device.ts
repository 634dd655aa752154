import type { Database, Transaction } from '@pons/database'
import { tooLarge, utf8Length, type JsonObject, type UserId } from '@pons/matrix'
import type { Appservices } from '../appservices/appservices.ts'
import type { Clock } from '../clock.ts'
import { DeviceStore, type TokenOwner } from '../storage/device-store.ts'
import { ToDeviceStore } from '../storage/to-device-store.ts'
import type { Notifier } from '../sync/notifier.ts'
import type { SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'
import type { Stream } from '../sync/stream.ts'

export interface ToDeviceOptions {
  readonly database: Database
  readonly clock: Clock
  readonly notifier: Notifier
  readonly stream: Stream
  readonly appservices: Appservices
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
const MAX_INBOX = 5000
const TXN_LIFE_MS = 24 * 60 * 60 * 1000
const PRUNE_EVERY = 256

/** Messages between devices: https://spec.matrix.org/latest/client-server-api/#send-to-device-messaging */
export class ToDevice implements SyncSection {
  readonly key = 'd'
  readonly #options: ToDeviceOptions
  readonly #store: ToDeviceStore
  readonly #devices: DeviceStore

  constructor(options: ToDeviceOptions) {
    this.#options = options
    this.#store = new ToDeviceStore(options.database)
    this.#devices = new DeviceStore(options.database)
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
      for (const [userId, devices] of Object.entries(messages)) {
        for (const [deviceId, content] of Object.entries(devices)) {
          await this.#sendTo(tx, { userId: userId as UserId, deviceId, message: { type, sender, content } })
        }
      }
    })
  }

  async deleteAll(tx: Transaction, { userId, deviceId }: TokenOwner): Promise<void> {
    await this.#store.deleteAll(tx, userId, deviceId)
  }

  position(): number {
    return this.#options.stream.position
  }

  async collect({ userId, deviceId, since, upTo }: SectionRequest): Promise<SectionResult> {
    // What was delivered goes when something new comes: asking for nothing new must cost nothing.
    if (deviceId === undefined || since === upTo) return {}
    const inbox = await this.#store.inbox(userId, deviceId, upTo)
    const delivered = since ?? 0
    if (inbox.some(({ position }) => position <= delivered)) {
      await this.#options.database.transaction((tx) => this.#store.deleteUpTo(tx, userId, deviceId, delivered))
    }
    const events = inbox.filter(({ position }) => position > delivered).map(({ message }) => message)
    return events.length === 0 ? {} : { top: { to_device: { events } } }
  }

  async #sendTo(
    tx: Transaction,
    { userId, deviceId, message }: { userId: UserId; deviceId: string; message: JsonObject },
  ): Promise<void> {
    const devices = await this.#devices.of(userId, tx)
    const targets = deviceId === '*' ? devices : devices.filter((device) => device.deviceId === deviceId)
    const { appservices, stream, notifier, clock } = this.#options
    // Its user's devices read nothing by /sync, so the messages go with its transactions (MSC4203).
    const listener = appservices.list.find(
      (appservice) =>
        appservice.isPushed &&
        appservice.receivesEphemeral &&
        (userId === appservice.senderUserId || appservices.exclusiveOwnerOfUser(userId) === appservice),
    )
    for (const target of targets) {
      if (listener) {
        const addressed = { ...message, to_user_id: userId, to_device_id: target.deviceId }
        await appservices.queueToDevice(tx, listener, addressed)
        continue
      }
      const position = await stream.next(tx)
      await this.#store.insert(tx, { userId, deviceId: target.deviceId, position }, message)
      tx.onCommit(() => notifier.wakeUser(userId))
      if (position % PRUNE_EVERY === 0) {
        await this.#store.prune(tx, userId, target.deviceId, MAX_INBOX)
        await this.#store.deleteTxnsBefore(tx, clock.now() - TXN_LIFE_MS)
      }
    }
  }
}
