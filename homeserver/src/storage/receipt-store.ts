import type { Database, Queryable, Transaction } from '@pons/database'
import { roomVersion, type EventId, type RoomId, type UserId } from '@pons/matrix'
import { decodeEventId } from './event-id-bytes.ts'

const KINDS = ['m.read', 'm.read.private'] as const

export type ReceiptKind = (typeof KINDS)[number]

export interface Receipt {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly kind: ReceiptKind
  readonly eventId: EventId
  /** Undefined for the receipt that belongs to no thread; `main`, or the root's id. */
  readonly threadId: string | undefined
  readonly ts: number
}

export interface NewReceipt {
  readonly roomNid: number
  readonly userNid: number
  readonly kind: ReceiptKind
  readonly threadId: string | undefined
  readonly eventNid: number
  readonly ts: number
  readonly position: number
}

interface Row {
  room_id: string
  version: string
  user_id: string
  kind: number
  thread: string
  event_id: Uint8Array
  ts: number
}

const SELECT = `select m.room_id, m.version, u.text as user_id, r.kind, r.thread, e.event_id, r.ts
  from receipt r join room m on m.nid = r.room join interned u on u.nid = r.user_nid join event e on e.nid = r.event`
/** Not for who looks for receipts by their place in the stream: the rooms are few then, the receipts of the server are not. */
const SELECT_ROOM_SINCE = `${SELECT} where r.room = $1 and +r.position > $2 and +r.position <= $3 order by r.position`
const SELECT_SINCE = `${SELECT} where r.position > $1 and r.position <= $2 order by r.position`
const SELECT_ROOM = `${SELECT} where r.room = $1 and r.position <= $2 order by r.position`
const SELECT_EVENT = 'select event from receipt where room = $1 and user_nid = $2 and kind = $3 and thread = $4'
const DELETE_OLDEST = `delete from receipt where room = $1 and user_nid = $2 and kind = $3 and thread <> '' and event < (
  select event from receipt where room = $1 and user_nid = $2 and kind = $3 and thread <> ''
    order by event desc limit 1 offset $4)`
const UPSERT = `insert into receipt (room, user_nid, kind, thread, event, ts, position) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (room, user_nid, kind, thread) do update set
  event = excluded.event, ts = excluded.ts, position = excluded.position`

function fromRow(row: Row): Receipt {
  return {
    roomId: row.room_id as RoomId,
    userId: row.user_id as UserId,
    kind: KINDS[row.kind] ?? 'm.read',
    eventId: decodeEventId(row.event_id, roomVersion(row.version)),
    threadId: row.thread === '' ? undefined : row.thread,
    ts: row.ts,
  }
}

export class ReceiptStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async changes(since: number, upTo: number): Promise<Receipt[]> {
    return (await this.#db.all<Row>(SELECT_SINCE, since, upTo)).map(fromRow)
  }

  /** Of one room, however much has happened in others. */
  async changesIn(roomNid: number, since: number, upTo: number): Promise<Receipt[]> {
    return (await this.#db.all<Row>(SELECT_ROOM_SINCE, roomNid, since, upTo)).map(fromRow)
  }

  async ofRoom(roomNid: number, upTo: number): Promise<Receipt[]> {
    return (await this.#db.all<Row>(SELECT_ROOM, roomNid, upTo)).map(fromRow)
  }

  /** The event that the user's receipt is at. */
  async eventOf(
    of: Pick<NewReceipt, 'roomNid' | 'userNid' | 'kind' | 'threadId'>,
    from: Queryable = this.#db,
  ): Promise<number | undefined> {
    const { roomNid, userNid, kind, threadId } = of
    const row = await from.get<{ event: number }>(SELECT_EVENT, roomNid, userNid, KINDS.indexOf(kind), threadId ?? '')
    return row?.event
  }

  /** Of those in threads the newest stay. */
  async keepNewest(
    tx: Transaction,
    { roomNid, userNid, kind }: Pick<NewReceipt, 'roomNid' | 'userNid' | 'kind'>,
    count: number,
  ): Promise<void> {
    await tx.run(DELETE_OLDEST, roomNid, userNid, KINDS.indexOf(kind), count - 1)
  }

  async set(tx: Transaction, receipt: NewReceipt): Promise<void> {
    const { roomNid, userNid, kind, threadId, eventNid, ts, position } = receipt
    await tx.run(UPSERT, roomNid, userNid, KINDS.indexOf(kind), threadId ?? '', eventNid, ts, position)
  }
}
