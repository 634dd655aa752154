import { setImmediate } from 'node:timers/promises'
import type { Database, Transaction } from '@pons/database'
import {
  authorize,
  authStateKeys,
  badJson,
  buildEvent,
  forbidden,
  type MatrixError,
  type EventId,
  type JsonObject,
  type Pdu,
  type RoomId,
  type RoomVersion,
  type ServerName,
  type UserId,
} from '@pons/matrix'
import type { Clock } from '../clock.ts'
import type { ServerIdentity } from '../crypto/server-key.ts'
import type { StateEntry } from '../state/current-state.ts'
import type { NewEvent, TxnKey } from '../storage/event-store.ts'
import type { RelationStore } from '../storage/relation-store.ts'
import { checkContentSize, checkStateSize } from './content-size.ts'
import { applyRedaction } from './redaction.ts'
import { relationOf } from '../event/relation.ts'
import { eventOfTxn } from './repeated-sends.ts'
import type { Room } from './room.ts'
import { membershipOf, type RoomEvent } from '../event/room-event.ts'
import type { Rooms, RoomStores } from './rooms.ts'

/** What a sender says; place, time and hash are the timeline's. */
export interface Draft {
  readonly type: string
  readonly sender: UserId
  readonly content: JsonObject
  readonly stateKey?: string | undefined
  readonly redacts?: EventId | undefined
  readonly originServerTs?: number | undefined
  /** A repeat with the same key answers the first event again. */
  readonly txn?: TxnKey | undefined
}

export interface Committed {
  readonly room: Room
  readonly event: RoomEvent
  readonly txn: TxnKey | undefined
}

export interface TimelineOptions {
  readonly database: Database
  readonly rooms: Rooms
  readonly stores: RoomStores & { readonly relations: RelationStore }
  readonly identity: ServerIdentity
  readonly serverName: ServerName
  readonly clock: Clock
  readonly onStep: (step: string) => void
}

/** What the writer needs of the timeline that it writes for. */
export interface WriterHost {
  nextNid(tx: Transaction): Promise<number>
  runHooks(tx: Transaction, committed: Committed): Promise<void>
}

const APPENDS_AT_ONCE = 32
/** Of content: sorting, hashing and signing so many takes some milliseconds. */
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
  readonly #options: TimelineOptions
  #appended = 0
  #appendedBytes = 0

  constructor(timeline: WriterHost, options: TimelineOptions, tx: Transaction) {
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
    const bytes = checkContentSize(draft.content)
    const placeholder = { version, roomId, state: undefined, extremities: [] }
    const built = this.#build(draft, placeholder)
    authorize(built.pdu, version, { get: () => undefined })
    const { rooms, interner } = this.#options.stores
    const creatorNid = await interner.intern(this.tx, create.sender)
    const record = await rooms.insert(this.tx, { roomId: built.roomId, version, creatorNid })
    const room = this.#options.rooms.add(record)
    await this.#store(room, { draft, bytes }, built, [])
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
    const { version, state } = room
    const selecting = withStateKey(draft)
    const authEntries = authStateKeys(selecting, version)
      .map(([type, key]) => state.get(type, key))
      .filter((entry) => entry !== undefined)
    const prevEvents = room.extremities.map((end) => end.eventId)
    authorize(
      {
        ...selecting,
        room_id: room.roomId,
        prev_events: prevEvents,
        ...(draft.redacts !== undefined && { redacts: draft.redacts }),
      } as Parameters<typeof authorize>[0],
      version,
      state,
      this.#options.identity.crypto.verify,
    )
    checkStateSize(state, draft, bytes)
    const built = this.#build(draft, {
      version,
      roomId: room.roomId,
      state: authEntries,
      extremities: room.extremities,
    })
    const event = await this.#store(room, { draft, bytes }, built, authEntries)
    await this.#countAppend(bytes)
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

  #repeated(room: Room, sender: UserId, txn: TxnKey): Promise<RoomEvent | undefined> {
    return eventOfTxn(this.#options.stores, { room, sender, txn }, this.tx)
  }

  #build(
    draft: Draft,
    at: {
      version: RoomVersion
      roomId: RoomId | undefined
      state: readonly StateEntry[] | undefined
      extremities: Room['extremities']
    },
  ): ReturnType<typeof buildEvent> {
    const { identity, serverName, clock } = this.#options
    return buildEvent({
      version: at.version,
      draft: {
        type: draft.type,
        sender: draft.sender,
        content: draft.content,
        origin_server_ts: draft.originServerTs ?? clock.now(),
        ...(at.roomId !== undefined && { room_id: at.roomId }),
        ...(draft.stateKey !== undefined && { state_key: draft.stateKey }),
        ...(draft.redacts !== undefined && { redacts: draft.redacts }),
      },
      prevEvents: at.extremities.map((end) => end.eventId),
      authEvents: (at.state ?? []).map((entry) => entry.event_id),
      depth: 1 + at.extremities.reduce((depth, end) => Math.max(depth, end.depth), 0),
      crypto: identity.crypto,
      keyId: identity.keyId,
      origin: serverName,
    })
  }

  async #store(
    room: Room,
    { draft, bytes }: { readonly draft: Draft; readonly bytes: number },
    built: ReturnType<typeof buildEvent>,
    authEntries: readonly StateEntry[],
  ): Promise<RoomEvent> {
    const { tx } = this
    const { stores } = this.#options
    const row = await this.#rowOf(room, built, authEntries)
    stores.events.insert(tx, row)
    if (draft.txn) stores.events.insertTxn(tx, draft.txn, row)
    const event = roomEvent(room, { ...built, bytes }, row)
    if (row.stateKeyNid !== undefined) this.#storeState(room, event, row)
    const relation = relationOf(event.content)
    if (relation) await stores.relations.insert(tx, { room, event, relation, interner: stores.interner })
    if (event.type === 'm.room.redaction') await applyRedaction(tx, { room, event, stores })
    this.#advance(room, event, row)
    await this.#timeline.runHooks(tx, { room, event, txn: draft.txn })
    return event
  }

  async #rowOf(
    room: Room,
    { pdu, eventId, contentHash }: ReturnType<typeof buildEvent>,
    authEntries: readonly StateEntry[],
  ): Promise<NewEvent> {
    const { tx } = this
    const { interner } = this.#options.stores
    const isState = pdu.state_key !== undefined
    const replaced = isState ? room.state.get(pdu.type, pdu.state_key) : undefined
    return {
      nid: await this.#timeline.nextNid(tx),
      roomNid: room.nid,
      eventId,
      typeNid: await interner.intern(tx, pdu.type),
      senderNid: await interner.intern(tx, pdu.sender),
      stateKeyNid: isState ? await interner.intern(tx, pdu.state_key) : undefined,
      slot: isState ? (replaced?.slot ?? room.state.slotCount) : undefined,
      branch: room.branch,
      pos: isState ? room.pos + 1 : room.pos,
      replaces: replaced?.nid,
      depth: pdu.depth,
      originServerTs: pdu.origin_server_ts,
      content: pdu.content,
      extra: extraOf(pdu),
      prev: room.extremities.map((end) => end.nid),
      auth: authEntries.map((entry) => entry.nid),
      seal: contentHash,
    }
  }

  #storeState(room: Room, event: RoomEvent, row: NewEvent): void {
    const { states, memberships } = this.#options.stores
    const { stateKeyNid: keyNid, slot } = row
    if (keyNid === undefined || slot === undefined) return
    if (row.replaces === undefined) {
      states.insertSlot(this.tx, { roomNid: room.nid, typeNid: row.typeNid, keyNid, slot })
    }
    const membership = event.type === 'm.room.member' ? membershipOf(event.content) : undefined
    if (membership) {
      memberships.set(this.tx, { userNid: keyNid, roomNid: room.nid, membership, eventNid: event.nid })
    }
  }

  /** Memory follows only after every statement of the event went well. */
  #advance(room: Room, event: RoomEvent, row: NewEvent): void {
    this.touched.add(room.roomId)
    room.extremities = [{ nid: event.nid, eventId: event.eventId, depth: event.depth }]
    if (event.stateKey === undefined || row.slot === undefined) return
    room.pos = row.pos
    if (event.type === 'm.room.history_visibility') room.hasOneHistorySetting = false
    room.state.set({
      nid: event.nid,
      slot: row.slot,
      type: event.type,
      state_key: event.stateKey,
      sender: event.sender,
      content: event.content,
      bytes: event.contentBytes,
      event_id: event.eventId,
      room_id: room.roomId,
    })
  }
}

function withStateKey(draft: Draft): { type: string; sender: UserId; content: JsonObject; state_key?: string } {
  const { type, sender, content, stateKey } = draft
  return stateKey === undefined ? { type, sender, content } : { type, sender, content, state_key: stateKey }
}

function extraOf(pdu: Pdu): JsonObject | undefined {
  return pdu.redacts === undefined ? undefined : { redacts: pdu.redacts }
}

function roomEvent(
  room: Room,
  { pdu, eventId, bytes }: ReturnType<typeof buildEvent> & { readonly bytes: number },
  row: NewEvent,
): RoomEvent {
  return {
    nid: row.nid,
    roomNid: room.nid,
    roomId: room.roomId,
    eventId,
    type: pdu.type,
    sender: pdu.sender,
    stateKey: pdu.state_key,
    content: pdu.content,
    contentBytes: bytes,
    originServerTs: pdu.origin_server_ts,
    redacts: pdu.redacts,
    depth: pdu.depth,
    branch: row.branch,
    pos: row.pos,
    replaces: row.replaces,
    redactedBy: undefined,
  }
}
