import type { Database, Transaction } from '@pons/database'
import { notFound, type RoomId } from '@pons/matrix'
import { CurrentState, membershipContent } from '../state/current-state.ts'
import QuickLRU from 'quick-lru'
import type { EventStore } from '../storage/event-store.ts'
import type { Interner } from '../storage/interner.ts'
import type { MembershipStore } from '../storage/membership-store.ts'
import type { RoomRecord, RoomStore } from '../storage/room-store.ts'
import type { StateStore } from '../storage/state-store.ts'
import { Room } from './room.ts'
import { END_OF_STREAM } from '../storage/positions.ts'

export interface RoomStores {
  readonly rooms: RoomStore
  readonly events: EventStore
  readonly states: StateStore
  readonly memberships: MembershipStore
  readonly interner: Interner
}

/** Those used last stay; up to twice as many may be there. */
const MAX_ACTIVE = 1000
const MEMBER = 'm.room.member'

/** The rooms of this server; those in use are kept in memory with their current state. */
export class Rooms {
  readonly #db: Database
  readonly #stores: RoomStores
  readonly #active = new QuickLRU<RoomId, Room>({ maxSize: MAX_ACTIVE })

  constructor(db: Database, stores: RoomStores) {
    this.#db = db
    this.#stores = stores
  }

  /** @throws MatrixError M_NOT_FOUND */
  async get(roomId: RoomId): Promise<Room> {
    const room = await this.find(roomId)
    if (!room) throw notFound('Unknown room')
    return room
  }

  async find(roomId: RoomId): Promise<Room | undefined> {
    // A load runs among the writers, one after another, so that it can never see half of an append.
    return this.#active.get(roomId) ?? this.#db.transaction((tx) => this.findIn(tx, roomId))
  }

  async findIn(tx: Transaction, roomId: RoomId): Promise<Room | undefined> {
    const active = this.#active.get(roomId)
    if (active) return active
    const record = await this.#stores.rooms.byId(roomId, tx)
    if (!record) return undefined
    const room = await this.#load(tx, record)
    this.#active.set(roomId, room)
    return room
  }

  /** For a room that was made in this transaction. */
  add(record: RoomRecord): Room {
    const room = new Room(record, new CurrentState(), { extremities: [], branch: 0, pos: 0 })
    this.#active.set(record.roomId, room)
    return room
  }

  /** Drops what memory holds, which an undone transaction has made wrong. */
  drop(roomId: RoomId): void {
    this.#active.delete(roomId)
  }

  async #load(tx: Transaction, record: RoomRecord): Promise<Room> {
    const { rooms, events, states, memberships, interner } = this.#stores
    const extremityNids = await rooms.extremities(record.nid, tx)
    const last = await events.lastIn(record.nid, END_OF_STREAM, tx)
    const ends = extremityNids.length > 0 ? await events.byNids(extremityNids, tx) : last ? [last] : []
    const at = {
      extremities: ends.map(({ nid, eventId, depth }) => ({ nid, eventId, depth })).sort((a, b) => a.nid - b.nid),
      branch: last?.branch ?? 0,
      pos: last?.pos ?? 0,
    }
    const state = new CurrentState()
    const memberType = (await interner.find(MEMBER, tx)) ?? 0
    const point = { roomNid: record.nid, branch: at.branch, pos: at.pos }
    const nids = await states.eventsAt(point, { exceptType: memberType }, tx)
    const slots = await states.slotsOf(nids, tx)
    for (const event of await events.byNids(nids, tx)) {
      state.set({
        nid: event.nid,
        slot: slots.get(event.nid) ?? 0,
        type: event.type,
        state_key: event.stateKey ?? '',
        sender: event.sender,
        content: event.content,
        bytes: event.contentBytes,
        event_id: event.eventId,
        room_id: record.roomId,
      })
    }
    for (const member of await memberships.members(record.nid, tx)) {
      state.set({
        nid: member.eventNid,
        slot: member.slot,
        type: MEMBER,
        state_key: member.userId,
        sender: member.sender,
        content: membershipContent(member.membership),
        bytes: 0,
        event_id: member.eventId,
        room_id: record.roomId,
      })
    }
    return new Room(record, state, at)
  }
}
