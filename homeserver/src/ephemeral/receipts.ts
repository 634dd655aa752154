import { setImmediate } from 'node:timers/promises'
import type { Database, Transaction } from '@pons/database'
import {
  innerMap,
  jsonOf,
  forbidden,
  invalidParam,
  type EventId,
  type JsonObject,
  type RoomId,
  type UserId,
  type Clock,
} from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { Rooms, RoomStores } from '../rooms/rooms.ts'
import { ReceiptStore, type Receipt, type ReceiptKind } from '../storage/receipt-store.ts'
import { allowsEvent, allowsRoom } from '../event/allowed-by-filter.ts'
import type { Notifier } from '../sync/notifier.ts'
import type { RoomAdditions, SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'
import type { Stream } from '../sync/stream.ts'
import type { EphemeralDelivery } from './delivery.ts'

/** Receipts of one user in threads of one room. */
const MAX_THREADS = 500
/** Where more has happened since, the user's rooms are asked instead of the stream, which is everybody's. */
const MAX_GAP = 1000
/** Rooms between which others get their turn. */
const ROOMS_AT_ONCE = 20

export interface ReceiptsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly notifier: Notifier
  readonly stream: Stream
  readonly rooms: Rooms
  readonly stores: RoomStores
  readonly delivery: EphemeralDelivery
}

export interface NewUserReceipt {
  readonly userId: UserId
  readonly kind: ReceiptKind
  readonly eventId: EventId
  /** `main`, or the root's id; undefined for the receipt that speaks of the room as a whole. */
  readonly threadId?: string | undefined
}

export interface Read {
  readonly room: Room
  readonly userNid: number
  readonly event: RoomEvent
  readonly threadId: string | undefined
}

/** Runs in the transaction of the receipt. */
export type ReadHook = (tx: Transaction, read: Read) => Promise<void>

/** How far people have read: https://spec.matrix.org/v1.19/client-server-api/#receipts */
export class Receipts implements SyncSection {
  readonly key = 'r'
  readonly #options: ReceiptsOptions
  readonly #store: ReceiptStore
  readonly #hooks: ReadHook[] = []

  constructor(options: ReceiptsOptions) {
    this.#options = options
    this.#store = new ReceiptStore(options.database)
  }

  onRead(hook: ReadHook): void {
    this.#hooks.push(hook)
  }

  /**
   * A receipt only moves forward; an older one changes nothing.
   * @throws MatrixError M_FORBIDDEN to who is not in the room, M_INVALID_PARAM for an event that is not in it
   */
  async set(room: Room, { userId, kind, eventId, threadId }: NewUserReceipt): Promise<void> {
    const { database, stores, clock, stream, notifier, delivery } = this.#options
    if (!room.state.isJoined(userId)) throw forbidden('You are not in this room')
    const event = await stores.events.byId(eventId)
    if (!event || event.roomNid !== room.nid) throw invalidParam('The event is not in this room')
    await database.transaction(async (tx) => {
      const userNid = await stores.interner.intern(tx, userId)
      const key = { roomNid: room.nid, userNid, kind, threadId }
      const before = await this.#store.eventOf(key, tx)
      if (before !== undefined && before >= event.nid) return
      const ts = clock.now()
      await this.#store.set(tx, { ...key, eventNid: event.nid, ts, position: await stream.next(tx) })
      if (before === undefined && threadId !== undefined) await this.#store.keepNewest(tx, key, MAX_THREADS)
      for (const hook of this.#hooks) await hook(tx, { room, userNid, event, threadId })
      tx.onCommit(() => (kind === 'm.read' ? notifier.wakeRoom(room) : notifier.wakeUser(userId)))
      if (kind === 'm.read.private') return
      const content = contentOf([{ roomId: room.roomId, userId, kind, eventId, threadId, ts }])
      delivery.queueIn(tx, room, { type: 'm.receipt', room_id: room.roomId, content })
    })
  }

  position(): number {
    return this.#options.stream.position
  }

  async collect(request: SectionRequest): Promise<SectionResult> {
    const { since, newlyJoined, joinedRooms, filter } = request
    if (!allowsEvent(filter.ephemeral, { type: 'm.receipt' })) return {}
    const whole = since === undefined ? joinedRooms : newlyJoined
    const byRoom = new Map<RoomId, Receipt[]>()
    for await (const receipt of this.#told(request, whole)) {
      const { roomId } = receipt
      if (!allowsRoom(filter.ephemeral, roomId)) continue
      if (receipt.kind === 'm.read.private' && receipt.userId !== request.userId) continue
      const list = byRoom.get(roomId)
      if (list) list.push(receipt)
      else byRoom.set(roomId, [receipt])
    }
    const rooms = new Map<RoomId, RoomAdditions>()
    for (const [roomId, receipts] of byRoom) {
      rooms.set(roomId, { ephemeral: [{ type: 'm.receipt', content: contentOf(receipts) }] })
    }
    return { rooms }
  }

  /** All of the rooms that are new to the client, and what changed in the others. */
  async *#told({ since, upTo, joinedRooms }: SectionRequest, whole: ReadonlySet<RoomId>): AsyncGenerator<Receipt> {
    const { rooms } = this.#options
    const isLongAgo = since !== undefined && upTo - since > MAX_GAP
    if (since !== undefined && since < upTo && !isLongAgo) {
      for (const receipt of await this.#store.changes(since, upTo)) {
        if (joinedRooms.has(receipt.roomId) && !whole.has(receipt.roomId)) yield receipt
      }
    }
    let asked = 0
    for (const roomId of isLongAgo ? joinedRooms : whole) {
      const { nid } = await rooms.get(roomId)
      if (whole.has(roomId)) yield* await this.#store.ofRoom(nid, upTo)
      else yield* await this.#store.changesIn(nid, since ?? 0, upTo)
      if (++asked % ROOMS_AT_ONCE === 0) await setImmediate()
    }
  }
}

/** event id -> kind -> user -> { ts, thread_id } */
function contentOf(receipts: readonly Receipt[]): JsonObject {
  const content = new Map<string, Map<string, Map<string, JsonObject>>>()
  for (const { eventId, kind, userId, ts, threadId } of receipts) {
    const users = innerMap(innerMap(content, eventId), kind)
    // The format holds one receipt of a user at an event: that without a thread says the most.
    if (users.has(userId) && threadId !== undefined) continue
    users.set(userId, { ts, ...(threadId !== undefined && { thread_id: threadId }) })
  }
  return jsonOf(content)
}
