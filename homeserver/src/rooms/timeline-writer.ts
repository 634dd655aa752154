import { setImmediate } from 'node:timers/promises'
import type { Transaction } from '@pons/database'
import { authorize, badJson, forbidden, type MatrixError, type RoomId, type RoomVersion } from '@pons/matrix'
import type { RoomEvent } from '../event/room-event.ts'
import type { TxnKey } from '../storage/event-store.ts'
import { authoriseDraft } from './authorise-draft.ts'
import { buildDraft, type Maker } from './build-draft.ts'
import { checkContentSize, checkStateSize } from './content-size.ts'
import type { Draft } from './draft.ts'
import type { FinishedEvent } from './finished-event.ts'
import { eventOfTxn } from './repeated-sends.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'
import { storeEvent, type TimelineStores } from './store-event.ts'

export interface Committed {
  readonly room: Room
  readonly event: RoomEvent
  readonly txn: TxnKey | undefined
}

export interface WriterOptions extends Maker {
  readonly rooms: Rooms
  readonly stores: TimelineStores
}

/** What the writer needs of the timeline that it writes for. */
export interface WriterHost {
  nextNid(tx: Transaction): Promise<number>
  runHooks(tx: Transaction, committed: Committed): Promise<void>
}

const APPENDS_AT_ONCE = 32
/** Of content: sorting and hashing so many takes some milliseconds. */
const BYTES_AT_ONCE = 65_536

export function notInRoom(): MatrixError {
  return forbidden('You are not in this room')
}

/** The appends of one write transaction. */
export class TimelineWriter {
  readonly tx: Transaction
  /** Rooms whose memory is ahead of the database until the commit. */
  readonly touched = new Set<RoomId>()
  readonly #timeline: WriterHost
  readonly #options: WriterOptions
  #appended = 0
  #appendedBytes = 0

  constructor(timeline: WriterHost, options: WriterOptions, tx: Transaction) {
    this.#timeline = timeline
    this.#options = options
    this.tx = tx
  }

  /** @throws MatrixError M_FORBIDDEN for a room that is not there: nobody is in it, and nobody learns more */
  async room(roomId: RoomId): Promise<Room> {
    const room = await this.#options.rooms.findIn(this.tx, roomId)
    if (!room) throw notInRoom()
    return room
  }

  /** Makes a room of its create event; before room version 12 the id is chosen here. */
  async createRoom(version: RoomVersion, create: Omit<Draft, 'type'>, roomId: RoomId | undefined): Promise<Room> {
    const draft: Draft = { ...create, type: 'm.room.create', stateKey: '' }
    const place = { version, roomId, ends: [], authEntries: [] }
    const finished = buildDraft(draft, place, this.#options, checkContentSize(draft.content))
    authorize(finished.pdu, version, { get: () => undefined })
    const { rooms, interner } = this.#options.stores
    const creatorNid = await interner.intern(this.tx, create.sender)
    const record = await rooms.insert(this.tx, { roomId: finished.roomId, version, creatorNid })
    const room = this.#options.rooms.add(record)
    await this.#take(room, finished, draft.txn)
    return room
  }

  /**
   * @throws MatrixError M_FORBIDDEN when the room's rules refuse it, M_BAD_JSON and M_TOO_LARGE for content that no event
   * can have
   * @param options.isFirst an event with the draft's transaction id is not looked for: if there is one, this append fails
   */
  async append(room: Room, draft: Draft, { isFirst = false } = {}): Promise<RoomEvent> {
    const repeated = draft.txn && !isFirst && (await this.#repeated(room, draft.sender, draft.txn))
    if (repeated) {
      await this.#countAppend(0)
      return repeated
    }
    if (draft.type.includes('\0') || draft.stateKey?.includes('\0')) throw badJson('NUL characters name nothing')
    const bytes = checkContentSize(draft.content)
    const { version, roomId, extremities: ends } = room
    const authEntries = authoriseDraft(room, draft, this.#options.identity.crypto.verify)
    checkStateSize(room.state, draft, bytes)
    const finished = buildDraft(draft, { version, roomId, ends, authEntries }, this.#options, bytes)
    const event = await this.#take(room, finished, draft.txn)
    await this.#countAppend(bytes)
    return event
  }

  /** Stores what is finished, wherever it was made, and has those who listen write what is theirs. */
  async #take(room: Room, finished: FinishedEvent, txn: TxnKey | undefined): Promise<RoomEvent> {
    const { tx } = this
    const nid = await this.#timeline.nextNid(tx)
    const event = await storeEvent(tx, this.#options.stores, { room, nid, finished, txn })
    this.touched.add(room.roomId)
    await this.#timeline.runHooks(tx, { room, event, txn })
    return event
  }

  /** Whoever makes a room of hundreds of events, or upgrades one, lets others have their turn. */
  async #countAppend(bytes: number): Promise<void> {
    this.#appended += 1
    this.#appendedBytes += bytes
    if (this.#appended < APPENDS_AT_ONCE && this.#appendedBytes < BYTES_AT_ONCE) return
    this.#appended = 0
    this.#appendedBytes = 0
    await setImmediate()
  }

  #repeated(room: Room, sender: Draft['sender'], txn: TxnKey): Promise<RoomEvent | undefined> {
    return eventOfTxn(this.#options.stores, { room, sender, txn }, this.tx)
  }
}
