import type { Database, Queryable, SqlValue, Transaction } from '@pons/database'
import { roomVersion, type EventId, type JsonObject, type RoomId, type UserId } from '@pons/matrix'
import type { RoomEvent } from '../event/room-event.ts'
import { decodeContent, encodeContent } from './event-content.ts'
import { decodeEventId, encodeEventId } from './event-id-bytes.ts'
import { encodeRefs } from './event-refs.ts'
import { padded, placeholders } from './sql-list.ts'

interface EventRow {
  nid: number
  room: number
  event_id: Uint8Array
  type: string
  sender: string
  state_key: string | null
  branch: number
  pos: number
  replaces: number | null
  depth: number
  ts: number
  redacted_by: number | null
  content: Uint8Array
  room_id: string
  version: string
}

const COLUMNS = `e.nid, e.room, e.event_id, t.text as type, s.text as sender, k.text as state_key, e.branch, e.pos,
  e.replaces, e.depth, e.ts, e.redacted_by, e.content, r.room_id, r.version`
const FROM = `from event e join room r on r.nid = e.room join interned t on t.nid = e.type
  join interned s on s.nid = e.sender left join interned k on k.nid = e.state_key`
const ACCEPTED = 'e.status = 0'

function fromRow(row: EventRow): RoomEvent {
  const { content, extra, bytes } = decodeContent(row.content)
  return {
    nid: row.nid,
    roomNid: row.room,
    roomId: row.room_id as RoomId,
    eventId: decodeEventId(row.event_id, roomVersion(row.version)),
    type: row.type,
    sender: row.sender as UserId,
    stateKey: row.state_key ?? undefined,
    content,
    contentBytes: bytes,
    originServerTs: row.ts,
    redacts: typeof extra?.['redacts'] === 'string' ? (extra['redacts'] as EventId) : undefined,
    depth: row.depth,
    branch: row.branch,
    pos: row.pos,
    replaces: row.replaces ?? undefined,
    redactedBy: row.redacted_by ?? undefined,
  }
}

export interface NewEvent {
  readonly nid: number
  readonly roomNid: number
  readonly eventId: EventId
  readonly typeNid: number
  readonly senderNid: number
  readonly stateKeyNid: number | undefined
  readonly slot: number | undefined
  readonly branch: number
  readonly pos: number
  readonly replaces: number | undefined
  readonly depth: number
  readonly originServerTs: number
  readonly content: JsonObject
  readonly extra: JsonObject | undefined
  readonly prev: readonly number[]
  readonly auth: readonly number[]
  /** Content hash, 32 bytes: a redacted event keeps it. Behind those of older versions of Pons stand 64 of signature. */
  readonly seal: Uint8Array
}

export interface PageRequest {
  readonly roomNid: number
  /** Exclusive bounds of the positions. */
  readonly after: number
  readonly before: number
  readonly limit: number
  readonly direction: 'forward' | 'backward'
}

const SELECT_NEWEST = 'select max(nid) as nid from event'
const INSERT = `insert into event (nid, room, event_id, type, sender, state_key, slot, branch, pos, replaces, depth, ts,
  status, redacted_by, refs, seal, content)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, null, $13, $14, $15)`
const SELECT_BY_ID = `select ${COLUMNS} ${FROM} where e.event_id = $1 and ${ACCEPTED}`
const SELECT_LAST = `select ${COLUMNS} ${FROM} where e.room = $1 and e.nid <= $2 and ${ACCEPTED} order by e.nid desc limit 1`
const SELECT_BACKWARD = `select ${COLUMNS} ${FROM}
  where e.room = $1 and e.nid > $2 and e.nid < $3 and ${ACCEPTED} order by e.nid desc limit $4`
const SELECT_FORWARD = `select ${COLUMNS} ${FROM}
  where e.room = $1 and e.nid > $2 and e.nid < $3 and ${ACCEPTED} order by e.nid limit $4`
const SELECT_ROOMS_BETWEEN = 'select distinct room from event where nid > $1 and nid <= $2'
const SELECT_STATE_CHANGES = `select ${COLUMNS} ${FROM}
  where e.room = $1 and e.nid > $2 and e.nid <= $3 and e.slot is not null order by e.nid`
const SELECT_AFTER_TIME = `select ${COLUMNS} ${FROM}
  where e.room = $1 and e.ts >= $2 and ${ACCEPTED} order by e.ts, e.nid limit 1`
const SELECT_BEFORE_TIME = `select ${COLUMNS} ${FROM}
  where e.room = $1 and e.ts <= $2 and ${ACCEPTED} order by e.ts desc, e.nid desc limit 1`
const UPDATE_REDACTED = 'update event set redacted_by = $2, content = $3 where nid = $1'
const SELECT_TXN = 'select event from event_txn where room = $1 and sender = $2 and device = $3 and txn_id = $4'
const INSERT_TXN = 'insert into event_txn (room, sender, device, txn_id, event) values ($1, $2, $3, $4, $5)'

export interface TxnKey {
  /** Empty for application services that act without a device. */
  readonly device: string
  readonly txnId: string
}

export class EventStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The greatest position given so far; 0 in an empty database. */
  async newest(from: Queryable = this.#db): Promise<number> {
    return (await from.get<{ nid: number | null }>(SELECT_NEWEST))?.nid ?? 0
  }

  insert(tx: Transaction, event: NewEvent): void {
    tx.post(
      INSERT,
      event.nid,
      event.roomNid,
      encodeEventId(event.eventId),
      event.typeNid,
      event.senderNid,
      event.stateKeyNid ?? null,
      event.slot ?? null,
      event.branch,
      event.pos,
      event.replaces ?? null,
      event.depth,
      event.originServerTs,
      encodeRefs(event.prev, event.auth),
      event.seal,
      encodeContent({ content: event.content, ...(event.extra && { extra: event.extra }) }),
    )
  }

  async byId(eventId: EventId, from: Queryable = this.#db): Promise<RoomEvent | undefined> {
    const row = await from.get<EventRow>(SELECT_BY_ID, encodeEventId(eventId))
    return row && fromRow(row)
  }

  /** In no particular order; numbers that do not exist are left out. */
  async byNids(nids: readonly number[], from: Queryable = this.#db): Promise<RoomEvent[]> {
    const events: RoomEvent[] = []
    for (const piece of padded(nids)) {
      const sql = `select ${COLUMNS} ${FROM} where e.nid in ${placeholders(piece.length)}`
      for (const row of await from.all<EventRow>(sql, ...(piece as SqlValue[]))) events.push(fromRow(row))
    }
    return events
  }

  /** The room's last event at or before a position. */
  async lastIn(roomNid: number, atMost: number, from: Queryable = this.#db): Promise<RoomEvent | undefined> {
    const row = await from.get<EventRow>(SELECT_LAST, roomNid, atMost)
    return row && fromRow(row)
  }

  async page({ roomNid, after, before, limit, direction }: PageRequest): Promise<RoomEvent[]> {
    const sql = direction === 'forward' ? SELECT_FORWARD : SELECT_BACKWARD
    return (await this.#db.all<EventRow>(sql, roomNid, after, before, limit)).map(fromRow)
  }

  /** Rooms with events in `(after, upTo]`. */
  async roomsBetween(after: number, upTo: number): Promise<number[]> {
    return (await this.#db.all<{ room: number }>(SELECT_ROOMS_BETWEEN, after, upTo)).map((row) => row.room)
  }

  async stateChanges(roomNid: number, after: number, upTo: number): Promise<RoomEvent[]> {
    return (await this.#db.all<EventRow>(SELECT_STATE_CHANGES, roomNid, after, upTo)).map(fromRow)
  }

  async closestInTime(roomNid: number, ts: number, direction: 'forward' | 'backward'): Promise<RoomEvent | undefined> {
    const sql = direction === 'forward' ? SELECT_AFTER_TIME : SELECT_BEFORE_TIME
    const row = await this.#db.get<EventRow>(sql, roomNid, ts)
    return row && fromRow(row)
  }

  /** Replaces the content for good by what redaction left of it. */
  redact(tx: Transaction, nid: number, redactedBy: number, content: JsonObject): void {
    tx.post(UPDATE_REDACTED, nid, redactedBy, encodeContent({ content }))
  }

  async findTxn(
    roomNid: number,
    senderNid: number,
    key: TxnKey,
    from: Queryable = this.#db,
  ): Promise<number | undefined> {
    return (await from.get<{ event: number }>(SELECT_TXN, roomNid, senderNid, key.device, key.txnId))?.event
  }

  insertTxn(tx: Transaction, key: TxnKey, event: Pick<NewEvent, 'nid' | 'roomNid' | 'senderNid'>): void {
    tx.post(INSERT_TXN, event.roomNid, event.senderNid, key.device, key.txnId, event.nid)
  }

  /** The transaction ids of those events that this user sent from this device, by event number. */
  async txnIdsOf(nids: readonly number[], senderNid: number, device: string): Promise<Map<number, string>> {
    const found = new Map<number, string>()
    for (const piece of padded(nids)) {
      const sql = `select event, txn_id from event_txn
        where device <> '' and device = $1 and sender = $2 and event in ${placeholders(piece.length, 3)}`
      const rows = await this.#db.all<{ event: number; txn_id: string }>(sql, device, senderNid, ...piece)
      for (const row of rows) found.set(row.event, row.txn_id)
    }
    return found
  }
}
