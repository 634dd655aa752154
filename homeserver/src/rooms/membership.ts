import type { Database } from '@pons/database'
import {
  forbidden,
  serverNameOf,
  type EventId,
  MatrixError,
  type JsonObject,
  type RoomId,
  type ServerName,
  type UserId,
} from '@pons/matrix'
import { authorisingUser, mayJoinByRoom } from './restricted-join.ts'
import type { Room } from './room.ts'
import type { RoomLimits } from './room-limits.ts'
import { membershipOf, type Membership, type RoomEvent } from '../event/room-event.ts'
import type { RoomReader } from './room-reader.ts'
import type { Rooms, RoomStores } from './rooms.ts'
import type { TimelineWriter } from './timeline-writer.ts'
import type { Timeline } from './timeline.ts'

export interface MembershipsOptions {
  readonly database: Database
  readonly rooms: Rooms
  readonly timeline: Timeline
  readonly stores: RoomStores
  readonly reader: RoomReader
  readonly serverName: ServerName
  readonly limits: RoomLimits
  readonly profiles: ProfileSource
  /** Gives an application service the chance to make a user of its own that is about to be invited. */
  readonly ensureUser: (userId: UserId, inviter: UserId) => Promise<void>
}

export interface MembershipChange {
  readonly roomId: RoomId
  readonly sender: UserId
  readonly target: UserId
  /** Further content: `reason`, `is_direct`, what the client added. */
  readonly content?: JsonObject
  readonly originServerTs?: number | undefined
}

/** The parts of a profile that member events carry. */
interface ProfileSource {
  memberFields(userId: UserId): Promise<JsonObject>
}

/** Joins, invites and their ends. */
export class Memberships {
  readonly #options: MembershipsOptions

  constructor(options: MembershipsOptions) {
    this.#options = options
  }

  /**
   * To be awaited before somebody is invited, by whatever door: the service that owns the id may make its user now. Not for who
   * is not in the room, and cannot invite anybody: strangers must not set services to work.
   *
   * @param room undefined where it is about to be made
   * @throws MatrixError M_FORBIDDEN for users of other servers, M_LIMIT_EXCEEDED to who has services make one after another
   */
  async beforeInvite(room: Room | undefined, { sender, target }: { sender: UserId; target: UserId }): Promise<void> {
    this.#refuseRemote(target)
    if (!room || room.state.isJoined(sender)) await this.#options.ensureUser(target, sender)
  }

  async profileOf(userId: UserId): Promise<JsonObject> {
    return this.#options.profiles.memberFields(userId)
  }

  async invite(change: MembershipChange): Promise<void> {
    await this.beforeInvite(await this.#options.rooms.get(change.roomId), change)
    await this.#set(change, 'invite', (before) => {
      if (before === 'join') throw forbidden('The user is in the room already')
      if (before === 'ban') throw forbidden('The user is banned from the room')
    })
  }

  async join(change: Omit<MembershipChange, 'target'>): Promise<void> {
    await this.#set({ ...change, target: change.sender }, 'join', (before) => {
      if (before === 'ban') throw forbidden('You are banned from this room')
    })
  }

  async knock(change: Omit<MembershipChange, 'target'>): Promise<void> {
    await this.#set({ ...change, target: change.sender }, 'knock', (before) => {
      if (before === 'join' || before === 'invite') throw forbidden('You are in the room, or invited, already')
      if (before === 'ban') throw forbidden('You are banned from this room')
    })
  }

  /** Leaves the room, or declines an invite or takes back a knock. Leaving twice is no error. */
  async leave(change: Omit<MembershipChange, 'target'>): Promise<void> {
    await this.#set({ ...change, target: change.sender }, 'leave', (before) => {
      if (before === undefined || before === 'ban') throw forbidden('You are not in the room')
    })
  }

  async kick(change: MembershipChange): Promise<void> {
    await this.#set(change, 'leave', (before) => {
      if (before === undefined || before === 'leave' || before === 'ban') throw forbidden('The user is not in the room')
    })
  }

  async ban(change: MembershipChange): Promise<void> {
    await this.#set(change, 'ban', () => {})
  }

  async unban(change: MembershipChange): Promise<void> {
    await this.#set(change, 'leave', (before) => {
      if (before !== 'ban') throw forbidden('The user is not banned')
    })
  }

  async forget(userId: UserId, roomId: RoomId): Promise<void> {
    const { database, rooms, stores, reader } = this.#options
    const room = await rooms.get(roomId)
    const membership = room.state.membership(userId)
    if (membership === undefined) throw forbidden('You have never been in the room')
    if (membership !== 'leave' && membership !== 'ban') throw stillInRoom()
    await database.transaction(async (tx) => {
      await stores.memberships.forget(tx, await stores.interner.intern(tx, userId), room.nid)
      tx.onCommit(() => reader.forgetRoomsOf(userId))
    })
  }

  /** Writes a changed profile into every room that the user is joined to. */
  async updateProfile(userId: UserId, originServerTs?: number): Promise<void> {
    const { reader } = this.#options
    for (const { roomId, membership } of await reader.roomsOf(userId)) {
      if (membership !== 'join') continue
      await this.#set({ roomId, sender: userId, target: userId, originServerTs }, 'join', (before) => {
        if (before !== 'join') throw forbidden('You are not in the room')
      })
    }
  }

  async #set(
    change: MembershipChange,
    membership: Membership,
    check: (before: Membership | undefined) => void,
  ): Promise<void> {
    const carriesProfile = membership === 'join' || membership === 'invite' || membership === 'knock'
    const profile = carriesProfile ? await this.profileOf(change.target) : {}
    const room = await this.#options.rooms.get(change.roomId)
    const authorised = membership === 'join' ? await this.authorisedBy(room, change.target) : {}
    await this.#options.timeline.write(async (writer) => {
      await this.setIn(writer, await writer.room(change.roomId), {
        ...change,
        membership,
        content: { ...profile, ...change.content },
        authorised,
        check,
      })
    })
  }

  /** Part of a larger write. */
  async setIn(
    writer: TimelineWriter,
    room: Room,
    change: Omit<MembershipChange, 'roomId'> & {
      membership: Membership
      /** The word of a member, as `authorisedBy` gives it. */
      authorised?: JsonObject
      check?: (before: Membership | undefined) => void
    },
  ): Promise<EventId> {
    const { sender, target, membership, originServerTs } = change
    const before = room.state.get('m.room.member', target)
    change.check?.(before && membershipOf(before.content))
    // Nobody gives themselves the word of another: this server signs whatever its users say.
    const { join_authorised_via_users_server: _claimed, ...said } = change.content ?? {}
    const content = { ...said, ...change.authorised, membership }
    if (before && membershipOf(before.content) === membership) {
      const same = await this.#unchanged(writer, before.nid, sender, content)
      if (same) return same.eventId
      if (membership === 'leave') return before.event_id
    } else await this.#options.limits.checkMember(writer.tx, { sender, target, membership })
    const event = await writer.append(room, {
      type: 'm.room.member',
      sender,
      stateKey: target,
      content,
      originServerTs,
    })
    return event.eventId
  }

  /** The member event in force, when the new one would say the same. */
  async #unchanged(
    writer: TimelineWriter,
    nid: number,
    sender: UserId,
    content: JsonObject,
  ): Promise<RoomEvent | undefined> {
    const [event] = await this.#options.stores.events.byNids([nid], writer.tx)
    if (!event || event.sender !== sender) return undefined
    const { join_authorised_via_users_server: _authoriser, ...before } = event.content
    return sameJson(before, content) ? event : undefined
  }

  /** A restricted room lets in who is in one of the rooms that it names, on the word of a member who may invite. */
  async authorisedBy(room: Room, userId: UserId): Promise<JsonObject> {
    const membership = room.state.membership(userId)
    if (!room.version.restrictedJoin || membership === 'join' || membership === 'invite') return {}
    if (!(await mayJoinByRoom(room, userId, this.#options.rooms))) return {}
    const authoriser = authorisingUser(room, this.#options.serverName)
    return authoriser === undefined ? {} : { join_authorised_via_users_server: authoriser }
  }

  #refuseRemote(userId: UserId): void {
    if (serverNameOf(userId) !== this.#options.serverName) {
      throw forbidden('This server does not federate, so only its own users can be invited')
    }
  }
}

/** The specification's own errcode for this, which elsewhere is the server's fault. */
function stillInRoom(): MatrixError {
  return new MatrixError('M_UNKNOWN', 'You are in the room', { status: 400 })
}

function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const left = Object.entries(a)
  if (left.length !== Object.keys(b).length) return false
  return left.every(([key, value]) => Object.hasOwn(b, key) && sameJson(value, (b as Record<string, unknown>)[key]))
}
