import {
  forbidden,
  notFound,
  type EventId,
  type JsonObject,
  type RoomId,
  type ServerName,
  type UserId,
  type Clock,
} from '@pons/matrix'
import QuickLRU from 'quick-lru'
import type { UserRoom } from '../storage/membership-store.ts'
import type { RelationStore } from '../storage/relation-store.ts'
import type { StatePoint } from '../storage/state-store.ts'
import { presentEvents } from './presentation.ts'
import type { Sight, Viewer } from './viewer.ts'
import type { Room } from './room.ts'
import type { Membership, RoomEvent } from '../event/room-event.ts'
import type { Rooms, RoomStores } from './rooms.ts'
import type { Timeline } from './timeline.ts'
import { historyVisibility, visibleEvents } from './visibility.ts'
import { END_OF_STREAM } from '../storage/positions.ts'

export interface RoomReaderOptions {
  readonly rooms: Rooms
  readonly stores: RoomStores & { readonly relations: RelationStore }
  readonly timeline: Timeline
  readonly clock: Clock
  readonly serverName: ServerName
  readonly ignored: IgnoredSource
}

/** Whom a user does not want to hear of. */
interface IgnoredSource {
  of(userId: UserId): Promise<ReadonlySet<string>>
}

/** Until where a user may read a room: now, or the moment they left. */
export interface Access {
  readonly room: Room
  /** Undefined for the current state. */
  readonly at: (StatePoint & { readonly nid: number }) | undefined
}

const MEMBER = 'm.room.member'

/** Reads of rooms, each checked against what the reader may see. */
export class RoomReader {
  readonly #options: RoomReaderOptions
  readonly #roomsOfUsers = new QuickLRU<UserId, readonly UserRoom[]>({ maxSize: 2000 })

  constructor(options: RoomReaderOptions) {
    this.#options = options
    options.timeline.onCommitted(({ event }) => {
      if (event.type === MEMBER && event.stateKey !== undefined) this.forgetRoomsOf(event.stateKey as UserId)
    })
  }

  ignoredBy(userId: UserId): Promise<ReadonlySet<string>> {
    return this.#options.ignored.of(userId)
  }

  /** Every room in which the user has, or had, a membership. */
  async roomsOf(userId: UserId): Promise<readonly UserRoom[]> {
    const known = this.#roomsOfUsers.get(userId)
    if (known) return known
    const before = this.#options.timeline.position
    const { interner, memberships } = this.#options.stores
    const nid = await interner.find(userId)
    const rooms = nid === undefined ? [] : await memberships.roomsOf(nid)
    // A commit while reading may have been missed: then the next reader asks again.
    if (this.#options.timeline.position === before) this.#roomsOfUsers.set(userId, rooms)
    return rooms
  }

  /** Whether the list is the one in force at this very moment. */
  isCurrent(userId: UserId, list: readonly UserRoom[]): boolean {
    return this.#roomsOfUsers.get(userId) === list
  }

  /** Those of the others who are in a room with the user. */
  async neighboursAmong(userId: UserId, others: readonly UserId[]): Promise<Set<UserId>> {
    const { interner, memberships } = this.#options.stores
    const nid = others.length === 0 ? undefined : await interner.find(userId)
    const neighbours = new Set<UserId>()
    if (nid === undefined) return neighbours
    for await (const page of memberships.sharedWith(nid, others)) for (const other of page) neighbours.add(other.userId)
    return neighbours
  }

  forgetRoomsOf(userId: UserId): void {
    this.#roomsOfUsers.delete(userId)
  }

  /** @throws MatrixError M_FORBIDDEN to who neither is nor was in the room, unless everybody may read it */
  async access(userId: UserId, roomId: RoomId): Promise<Access> {
    const room = await this.#options.rooms.find(roomId)
    if (!room) throw forbidden('You are not in this room')
    const entry = room.state.get(MEMBER, userId)
    const membership = room.state.membership(userId)
    if (membership === 'join') return { room, at: undefined }
    if (historyVisibility(room.content('m.room.history_visibility')) === 'world_readable')
      return { room, at: undefined }
    if (!entry || (membership !== 'leave' && membership !== 'ban')) throw forbidden('You are not in this room')
    const left = await this.#leftAt(room, userId, entry.nid)
    if (!left) throw forbidden('You are not in this room')
    return { room, at: left }
  }

  /** @throws MatrixError M_NOT_FOUND for what is not there and what may not be seen alike */
  async event(userId: UserId, roomId: RoomId, eventId: EventId): Promise<RoomEvent> {
    const { rooms, stores } = this.#options
    const room = await rooms.find(roomId)
    const event = room && (await stores.events.byId(eventId))
    if (!event || event.roomNid !== room.nid) throw notFound('Event not found')
    const [visible] = await visibleEvents(stores, room, userId, [event])
    if (!visible) throw notFound('Event not found')
    return visible
  }

  /** Those that the history visibility lets the user see. */
  async visible(room: Room, userId: UserId, events: readonly RoomEvent[]): Promise<RoomEvent[]> {
    return visibleEvents(this.#options.stores, room, userId, events)
  }

  /** Those of them, too, that do not come from somebody whom the user ignores; state is shown whoever it comes from. */
  async wanted(room: Room, userId: UserId, events: readonly RoomEvent[]): Promise<RoomEvent[]> {
    const visible = await this.visible(room, userId, events)
    const ignored = await this.ignoredBy(userId)
    if (ignored.size === 0) return visible
    return visible.filter(({ stateKey, sender }) => stateKey !== undefined || !ignored.has(sender))
  }

  present(events: readonly RoomEvent[], viewer: Viewer): Promise<JsonObject[]> {
    return presentEvents(this.#options, events, { viewer, sight: this.#sightOf(viewer.userId) })
  }

  #sightOf(userId: UserId): Sight {
    return {
      ignored: () => this.ignoredBy(userId),
      endOf: async (roomId) => {
        const { at } = await this.access(userId, roomId).catch(() => ({ at: undefined }))
        return at?.nid ?? END_OF_STREAM
      },
      visible: async (events) => {
        const seen: RoomEvent[] = []
        for (const roomId of new Set(events.map((event) => event.roomId))) {
          const room = await this.#options.rooms.get(roomId)
          const ofRoom = events.filter((event) => event.roomId === roomId)
          seen.push(...(await this.visible(room, userId, ofRoom)))
        }
        return seen
      },
    }
  }

  /** The whole state, now or when the user left. */
  async state(userId: UserId, roomId: RoomId): Promise<RoomEvent[]> {
    const { room, at } = await this.access(userId, roomId)
    const { events, states } = this.#options.stores
    return events.byNids(at ? await states.eventsAt(at) : [...room.state.all()].map((entry) => entry.nid))
  }

  /** @throws MatrixError M_NOT_FOUND */
  async stateEvent(userId: UserId, roomId: RoomId, key: { type: string; stateKey: string }): Promise<RoomEvent> {
    const { room, at } = await this.access(userId, roomId)
    const nid = at ? await this.#nidAt(at, key.type, key.stateKey) : room.state.get(key.type, key.stateKey)?.nid
    const [event] = nid === undefined ? [] : await this.#options.stores.events.byNids([nid])
    if (!event) throw notFound('No such state event')
    return event
  }

  /** Member events, now, when the user left, or at a place of the timeline. */
  async members(
    userId: UserId,
    roomId: RoomId,
    query: { at?: number | undefined; membership?: Membership | undefined; notMembership?: Membership | undefined },
  ): Promise<RoomEvent[]> {
    const { room, at } = await this.access(userId, roomId)
    const { events, states, interner } = this.#options.stores
    const point = await this.#pointOf(room, at, query.at)
    const type = (await interner.find(MEMBER)) ?? 0
    const nids = point
      ? await states.eventsAt(point, { type })
      : [...room.state.ofType(MEMBER).values()].map((entry) => entry.nid)
    const members = await events.byNids(nids)
    return members.filter(({ content }) => {
      if (query.membership !== undefined && content['membership'] !== query.membership) return false
      return query.notMembership === undefined || content['membership'] !== query.notMembership
    })
  }

  /** The member event of a user in force at an event. */
  async memberAt(event: RoomEvent, userId: string): Promise<RoomEvent | undefined> {
    const nid = await this.#nidAt(event, MEMBER, userId)
    return nid === undefined ? undefined : (await this.#options.stores.events.byNids([nid]))[0]
  }

  /** The member events of some users in force at an event. */
  async membersAt(event: RoomEvent, userIds: Iterable<string>): Promise<RoomEvent[]> {
    const { interner, states, events } = this.#options.stores
    const type = await interner.find(MEMBER)
    const keys: number[] = []
    for (const userId of userIds) {
      const key = await interner.find(userId)
      if (key !== undefined) keys.push(key)
    }
    return type === undefined ? [] : events.byNids(await states.eventsOfKeys(event, type, keys))
  }

  async #pointOf(room: Room, left: Access['at'], at: number | undefined): Promise<StatePoint | undefined> {
    if (at === undefined) return left
    const last = await this.#options.stores.events.lastIn(room.nid, left ? Math.min(at, left.nid) : at)
    return last ?? { roomNid: room.nid, branch: 0, pos: 0 }
  }

  async #nidAt(point: StatePoint, type: string, stateKey: string): Promise<number | undefined> {
    const { interner, states } = this.#options.stores
    const typeNid = await interner.find(type)
    const keyNid = await interner.find(stateKey)
    return typeNid === undefined || keyNid === undefined ? undefined : states.eventAt(point, typeNid, keyNid)
  }

  /** Where they last were in the room; undefined when they never were. */
  async #leftAt(room: Room, userId: UserId, memberNid: number): Promise<Access['at']> {
    const [event] = await this.#options.stores.events.byNids([memberNid])
    if (!event) return undefined
    let before: RoomEvent | undefined = event
    while (before && before.content['membership'] !== 'join') {
      if (before.replaces === undefined) return undefined
      before = (await this.#options.stores.events.byNids([before.replaces]))[0]
    }
    // The first event after the join that is theirs ended it; without joins in between that is the newest.
    const versions = await this.#memberVersions(room, userId)
    const joined = versions.findIndex(({ nid }) => nid === before?.nid)
    const end = versions[joined + 1]
    return end && { roomNid: room.nid, branch: room.branch, pos: end.pos, nid: end.nid }
  }

  async #memberVersions(room: Room, userId: UserId): Promise<{ nid: number; pos: number }[]> {
    const { interner, states } = this.#options.stores
    const typeNid = (await interner.find(MEMBER)) ?? 0
    const keyNid = (await interner.find(userId)) ?? 0
    const point = { roomNid: room.nid, branch: room.branch, pos: END_OF_STREAM }
    return states.versions(point, typeNid, keyNid)
  }
}
