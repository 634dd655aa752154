import type { Database, SqlValue, Transaction } from '@pons/database'
import type { Relation } from '../event/relation.ts'
import type { RoomEvent } from '../event/room-event.ts'
import { encodeEventId } from './event-id-bytes.ts'
import type { Interner } from './interner.ts'
import { padded, placeholders } from './sql-list.ts'

const SELECT_TARGET = 'select nid from event where event_id = $1 and room = $2 and status = 0'
const INSERT = 'insert into event_relation (target, rel_type, event) values ($1, $2, $3)'

export interface RelationPage {
  readonly target: number
  readonly relTypeNid: number | undefined
  readonly typeNid: number | undefined
  /** Exclusive bounds. */
  readonly after: number
  readonly before: number
  readonly limit: number
  readonly direction: 'forward' | 'backward'
}

export interface RelationSummary {
  readonly target: number
  readonly relType: string
  readonly count: number
  readonly newest: number
}

/** One event that relates to another. */
export interface Related {
  readonly event: number
  readonly relTypeNid: number
  readonly typeNid: number
  readonly isRedacted: boolean
}

interface RelatedRow {
  event: number
  rel_type: number
  type: number
  redacted_by: number | null
}

interface SummaryRow {
  target: number
  rel_type: string
  sender: string
  n: number
  newest: number
}

export class RelationStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Nothing is kept when the target is not in the room. */
  async insert(
    tx: Transaction,
    of: { room: { nid: number }; event: RoomEvent; relation: Relation; interner: Interner },
  ): Promise<void> {
    const target = await tx.get<{ nid: number }>(SELECT_TARGET, encodeEventId(of.relation.eventId), of.room.nid)
    if (!target) return
    tx.post(INSERT, target.nid, await of.interner.intern(tx, of.relation.relType), of.event.nid)
  }

  /** The numbers of related events that were not redacted. */
  async page({ target, relTypeNid, typeNid, after, before, limit, direction }: RelationPage): Promise<number[]> {
    const values: SqlValue[] = [target, after, before, limit]
    let sql = `select x.event from event_relation x join event e on e.nid = x.event
      where x.target = $1 and x.event > $2 and x.event < $3 and e.redacted_by is null`
    if (relTypeNid !== undefined) sql += ` and x.rel_type = $${values.push(relTypeNid)}`
    if (typeNid !== undefined) sql += ` and e.type = $${values.push(typeNid)}`
    sql += ` order by x.event ${direction === 'forward' ? 'asc' : 'desc'} limit $4`
    return (await this.#db.all<{ event: number }>(sql, ...values)).map((row) => row.event)
  }

  /** What relates to some events, the newest first. */
  async children(targets: readonly number[], limit: number): Promise<Related[]> {
    const sql = `select x.event, x.rel_type, e.type, e.redacted_by from event_relation x join event e on e.nid = x.event
      where x.target in ${placeholders(targets.length, 2)} order by x.event desc limit $1`
    const rows = await this.#db.all<RelatedRow>(sql, limit, ...targets)
    return rows.map((row) => ({
      event: row.event,
      relTypeNid: row.rel_type,
      typeNid: row.type,
      isRedacted: row.redacted_by !== null,
    }))
  }

  /** Most events have nothing that relates to them. */
  async hasAny(targets: readonly number[]): Promise<boolean> {
    for (const piece of padded(targets)) {
      const sql = `select 1 as found from event_relation where target in ${placeholders(piece.length)} limit 1`
      if ((await this.#db.get(sql, ...piece)) !== undefined) return true
    }
    return false
  }

  /**
   * For each target and relation type how many there are, and which is the newest, by the same sender for edits: of those up
   * to a position, and of what is no edit without those of ignored senders.
   */
  async summaries(
    targets: readonly number[],
    { upTo, ignored }: { readonly upTo: number; readonly ignored: ReadonlySet<string> },
  ): Promise<RelationSummary[]> {
    const summaries = new Map<string, RelationSummary>()
    const [sender, bySender] = ignored.size === 0 ? ["''", ''] : ['s.text', ', s.text']
    for (const piece of padded(targets)) {
      const sql = `select x.target, t.text as rel_type, ${sender} as sender, count(*) as n, max(x.event) as newest
        from event_relation x join event e on e.nid = x.event join interned t on t.nid = x.rel_type
        join event o on o.nid = x.target join interned s on s.nid = e.sender
        where x.target in ${placeholders(piece.length, 2)} and x.event <= $1 and e.redacted_by is null
          and (t.text <> 'm.replace' or (e.sender = o.sender and e.type = o.type and o.state_key is null))
        group by x.target, t.text${bySender}`
      for (const row of await this.#db.all<SummaryRow>(sql, upTo, ...piece)) {
        if (row.rel_type !== 'm.replace' && ignored.has(row.sender)) continue
        const key = `${row.target} ${row.rel_type}`
        const before = summaries.get(key) ?? { count: 0, newest: 0 }
        summaries.set(key, {
          target: row.target,
          relType: row.rel_type,
          count: before.count + row.n,
          newest: Math.max(before.newest, row.newest),
        })
      }
    }
    return [...summaries.values()]
  }

  /** Roots of threads by their newest reply, newest first; with a participant only those they replied in or began. */
  async threadRoots(of: {
    roomNid: number
    threadNid: number
    before: number
    /** Later replies are as if they were not there. */
    upTo: number
    limit: number
    participant: number | undefined
  }): Promise<{ root: number; newest: number }[]> {
    const values: SqlValue[] = [of.roomNid, of.threadNid, of.before, of.limit, of.upTo]
    const own =
      of.participant === undefined
        ? ''
        : ` and (o.sender = $${values.push(of.participant)} or exists (select 1 from event_relation y
          join event r on r.nid = y.event where y.target = x.target and y.rel_type = $2 and r.sender = $6))`
    const sql = `select x.target as root, max(x.event) as newest from event_relation x
      join event o on o.nid = x.target
      where o.room = $1 and x.rel_type = $2 and x.event <= $5${own}
      group by x.target having max(x.event) < $3 order by max(x.event) desc limit $4`
    return this.#db.all(sql, ...values)
  }

  /** Whether this user takes part in these threads, by the number of their roots. */
  async participated(roots: readonly number[], threadNid: number, senderNid: number): Promise<Set<number>> {
    const found = new Set<number>()
    for (const piece of padded(roots)) {
      const sql = `select distinct x.target from event_relation x join event e on e.nid = x.event
        where x.rel_type = $1 and e.sender = $2 and x.target in ${placeholders(piece.length, 3)}`
      const rows = await this.#db.all<{ target: number }>(sql, threadNid, senderNid, ...piece)
      for (const row of rows) found.add(row.target)
    }
    return found
  }
}
