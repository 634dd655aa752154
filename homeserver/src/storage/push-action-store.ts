import type { Database, Transaction } from '@pons/database'
import type { JsonValue, RoomId } from '@pons/matrix'
import { padded, placeholders } from './sql-list.ts'

export interface PushAction {
  readonly eventNid: number
  readonly roomNid: number
  readonly isHighlight: boolean
  readonly isRead: boolean
  readonly actions: JsonValue[]
}

export interface NewPushAction {
  readonly userNid: number
  readonly eventNid: number
  readonly roomNid: number
  /** Empty for the main timeline, else the id of the thread's root. */
  readonly thread: string
  readonly isHighlight: boolean
  readonly actions: readonly JsonValue[]
}

export interface UnreadCount {
  readonly roomId: RoomId
  readonly thread: string
  readonly notifications: number
  readonly highlights: number
}

interface ActionRow {
  event: number
  room: number
  is_highlight: number
  is_read: number
  actions: string
}

interface CountRow {
  room_id: string
  thread: string
  n: number
  h: number
}

/** How many a user can have; older ones are forgotten. */
const MAX_PER_USER = 2000

const INSERT = `insert into push_action (user_nid, event, room, thread, is_highlight, is_read, actions)
  values ($1, $2, $3, $4, $5, 0, $6) on conflict (user_nid, event) do nothing`
const PRUNE = `delete from push_action where user_nid = $1 and event <= (
  select event from push_action where user_nid = $1 order by event desc limit 1 offset $2)`
const UPDATE_READ = `update push_action set is_read = 1
  where user_nid = $1 and room = $2 and event <= $3 and is_read = 0`
const UPDATE_READ_THREAD = `update push_action set is_read = 1
  where user_nid = $1 and room = $2 and event <= $3 and is_read = 0 and thread = $4`
const UPDATE_READ_OF = `update push_action set is_read = 1 where user_nid = $1 and is_read = 0
  and exists (select 1 from event e join interned s on s.nid = e.sender
    where e.nid = push_action.event and s.text in `
const SELECT_UNREAD = `select r.room_id, a.thread, count(*) as n, sum(a.is_highlight) as h
  from push_action a join room r on r.nid = a.room
  where a.user_nid = $1 and a.is_read = 0 group by r.room_id, a.thread`
const SELECT_PAGE = `select event, room, is_highlight, is_read, actions from push_action
  where user_nid = $1 and event < $2 and is_highlight >= $3 order by event desc limit $4`

export class PushActionStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async insert(tx: Transaction, action: NewPushAction): Promise<void> {
    const { userNid, eventNid, roomNid, thread, isHighlight, actions } = action
    await tx.run(INSERT, userNid, eventNid, roomNid, thread, isHighlight ? 1 : 0, JSON.stringify(actions))
  }

  /** Returns how many were forgotten. */
  async prune(tx: Transaction, userNid: number): Promise<number> {
    return await tx.run(PRUNE, userNid, MAX_PER_USER)
  }

  /** Without a thread, all of them. */
  async markRead(
    tx: Transaction,
    read: { userNid: number; roomNid: number; upTo: number; thread: string | undefined },
  ): Promise<number> {
    const { userNid, roomNid, upTo, thread } = read
    if (thread === undefined) return tx.run(UPDATE_READ, userNid, roomNid, upTo)
    return tx.run(UPDATE_READ_THREAD, userNid, roomNid, upTo, thread)
  }

  /** Those of some senders, in all rooms. */
  async markReadOf(tx: Transaction, userNid: number, senders: readonly string[]): Promise<number> {
    let changed = 0
    for (const piece of padded(senders)) {
      changed += await tx.run(`${UPDATE_READ_OF}${placeholders(piece.length, 2)})`, userNid, ...piece)
    }
    return changed
  }

  async unread(userNid: number): Promise<UnreadCount[]> {
    const rows = await this.#db.all<CountRow>(SELECT_UNREAD, userNid)
    return rows.map(({ room_id: roomId, thread, n, h }) => ({
      roomId: roomId as RoomId,
      thread,
      notifications: n,
      highlights: h,
    }))
  }

  /** The newest first, older than `before`. */
  async page(userNid: number, before: number, limit: number, onlyHighlights: boolean): Promise<PushAction[]> {
    const rows = await this.#db.all<ActionRow>(SELECT_PAGE, userNid, before, onlyHighlights ? 1 : 0, limit)
    return rows.map((row) => ({
      eventNid: row.event,
      roomNid: row.room,
      isHighlight: row.is_highlight === 1,
      isRead: row.is_read === 1,
      actions: JSON.parse(row.actions) as JsonValue[],
    }))
  }
}
