import { setImmediate } from 'node:timers/promises'
import type { Database, Queryable, Transaction } from '@pons/database'
import { roomVersion, type EventId, type RoomId, type UserId } from '@pons/matrix'
import type { Membership } from '../event/room-event.ts'
import { decodeEventId } from './event-id-bytes.ts'
import { padded, placeholders } from './sql-list.ts'

const CODES: Record<Membership, number> = { leave: 0, invite: 1, join: 2, knock: 3, ban: 4 }
const NAMES: readonly Membership[] = ['leave', 'invite', 'join', 'knock', 'ban']

export interface MemberRecord {
  readonly userId: UserId
  readonly sender: UserId
  readonly membership: Membership
  readonly eventNid: number
  readonly eventId: EventId
  readonly slot: number
}

export interface UserRoom {
  readonly roomNid: number
  readonly roomId: RoomId
  readonly membership: Membership
  /** The member event. */
  readonly eventNid: number
  readonly isForgotten: boolean
}

interface MemberRow {
  user_id: string
  sender: string
  membership: number
  event: number
  event_id: Uint8Array
  slot: number
  version: string
}

interface UserRoomRow {
  room: number
  room_id: string
  membership: number
  event: number
  is_forgotten: number
}

const SELECT_MEMBERS = `select u.text as user_id, s.text as sender, m.membership, m.event, e.event_id, e.slot, r.version
  from membership m join event e on e.nid = m.event join interned u on u.nid = m.user_nid
  join interned s on s.nid = e.sender join room r on r.nid = m.room
  where m.room = $1`
const COUNT_PLACES = `select count(*) as n from (
  select 1 as place from membership where user_nid = $1 and membership in (2, 3) limit $2) as places`
const SELECT_INVITERS = `select s.text as sender, count(*) as n from membership m
  join event e on e.nid = m.event join interned s on s.nid = e.sender
  where m.user_nid = $1 and m.membership = 1 group by s.text`
const SELECT_ROOMS = `select m.room, r.room_id, m.membership, m.event, m.is_forgotten
  from membership m join room r on r.nid = m.room where m.user_nid = $1`
const UPSERT = `insert into membership (user_nid, room, membership, event, is_forgotten) values ($1, $2, $3, $4, 0)
  on conflict (user_nid, room) do update set membership = excluded.membership, event = excluded.event, is_forgotten = 0`
const UPDATE_FORGOTTEN = 'update membership set is_forgotten = 1 where user_nid = $1 and room = $2'

/** Who is in which room now: an index over the member events of the current states. */
export class MembershipStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async members(roomNid: number, from: Queryable = this.#db): Promise<MemberRecord[]> {
    const rows = await from.all<MemberRow>(SELECT_MEMBERS, roomNid)
    return rows.map((row) => ({
      userId: row.user_id as UserId,
      sender: row.sender as UserId,
      membership: NAMES[row.membership] ?? 'leave',
      eventNid: row.event,
      eventId: decodeEventId(row.event_id, roomVersion(row.version)),
      slot: row.slot,
    }))
  }

  async roomsOf(userNid: number): Promise<UserRoom[]> {
    const rows = await this.#db.all<UserRoomRow>(SELECT_ROOMS, userNid)
    return rows.map((row) => ({
      roomNid: row.room,
      roomId: row.room_id as RoomId,
      membership: NAMES[row.membership] ?? 'leave',
      eventNid: row.event,
      isForgotten: row.is_forgotten === 1,
    }))
  }

  /** Rooms that the user is in or knocks at, counted up to `limit`. */
  async countPlaces(tx: Transaction, userNid: number, limit: number): Promise<number> {
    return (await tx.get<{ n: number }>(COUNT_PLACES, userNid, limit))?.n ?? 0
  }

  /** Whose invitations the user has not answered, and how many of each. */
  async inviters(tx: Transaction, userNid: number): Promise<Map<UserId, number>> {
    const rows = await tx.all<{ sender: string; n: number }>(SELECT_INVITERS, userNid)
    return new Map(rows.map(({ sender, n }) => [sender as UserId, n]))
  }

  /** The rooms in which these users are with that one; some hundreds of users cost a statement. */
  async *sharedWith(
    userNid: number,
    users: readonly UserId[],
  ): AsyncGenerator<{ readonly userId: UserId; readonly roomId: RoomId }[]> {
    for (const piece of padded(users)) {
      const sql = `select u.text as user_id, r.room_id from interned u
        join membership theirs on theirs.user_nid = u.nid and theirs.membership = 2
        join membership own on own.user_nid = $1 and own.room = theirs.room and own.membership = 2
        join room r on r.nid = own.room where u.text in ${placeholders(piece.length, 2)}`
      const rows = await this.#db.all<{ user_id: string; room_id: string }>(sql, userNid, ...piece)
      yield rows.map((row) => ({ userId: row.user_id as UserId, roomId: row.room_id as RoomId }))
      // Whoever asks for thousands lets others have their turn.
      await setImmediate()
    }
  }

  set(tx: Transaction, member: { userNid: number; roomNid: number; membership: Membership; eventNid: number }): void {
    tx.post(UPSERT, member.userNid, member.roomNid, CODES[member.membership], member.eventNid)
  }

  async forget(tx: Transaction, userNid: number, roomNid: number): Promise<void> {
    await tx.run(UPDATE_FORGOTTEN, userNid, roomNid)
  }
}
