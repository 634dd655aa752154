import type { Database, Queryable, Transaction } from '@pons/database'
import { padded, placeholders } from './sql-list.ts'

/** A version of a room's state; two events with equal points have equal states. */
export interface StatePoint {
  readonly roomNid: number
  readonly branch: number
  readonly pos: number
}

interface Branch {
  branch: number
  parent: number
  fork_pos: number
}

const SELECT_SLOT = 'select slot from slot where room = $1 and type = $2 and state_key = $3'
const INSERT_SLOT = `insert into slot (room, type, state_key, slot) values ($1, $2, $3, $4)`
const SELECT_BRANCHES = 'select branch, parent, fork_pos from state_branch where room = $1'
const SELECT_AT = `select nid from event
  where room = $1 and branch = $2 and slot = $3 and pos <= $4 and slot is not null order by pos desc limit 1`
const SELECT_VERSIONS = `select nid, pos from event
  where room = $1 and branch = $2 and slot = $3 and pos <= $4 and slot is not null order by pos`
const AT_EACH_SLOT = `select s.slot, (select e.nid from event e
    where e.room = s.room and e.branch = $2 and e.slot = s.slot and e.pos <= $3 and e.slot is not null
    order by e.pos desc limit 1) as nid
  from slot s where s.room = $1`
const SELECT_ALL_AT = AT_EACH_SLOT
const SELECT_TYPE_AT = `${AT_EACH_SLOT} and s.type = $4`
const SELECT_OTHER_TYPES_AT = `${AT_EACH_SLOT} and s.type <> $4`
const SELECT_OVERRIDES = `select slot, pos, event from state_override
  where room = $1 and branch = $2 and pos <= $3 order by pos`
const SELECT_POS = 'select pos from event where nid = $1'

export type SlotFilter = { readonly type: number } | { readonly exceptType: number } | undefined

/**
 * State as a partially persistent map: each slot keeps the list of its versions, as an index over the events themselves.
 * A message costs nothing, a state change one index entry, and the value of a slot at any point is one seek.
 */
export class StateStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async slotOf(from: Queryable, roomNid: number, typeNid: number, keyNid: number): Promise<number | undefined> {
    return (await from.get<{ slot: number }>(SELECT_SLOT, roomNid, typeNid, keyNid))?.slot
  }

  /** `slot` must be the room's count of slots: they are dense. */
  insertSlot(tx: Transaction, at: { roomNid: number; typeNid: number; keyNid: number; slot: number }): void {
    tx.post(INSERT_SLOT, at.roomNid, at.typeNid, at.keyNid, at.slot)
  }

  /** The event in one slot at a point. */
  async eventAt(point: StatePoint, typeNid: number, keyNid: number): Promise<number | undefined> {
    const slot = await this.slotOf(this.#db, point.roomNid, typeNid, keyNid)
    if (slot === undefined) return undefined
    const branches = await this.#branches(this.#db, point.roomNid)
    if (branches.size > 0) return (await this.#mergedAt(this.#db, point, undefined, branches)).get(slot)
    return (await this.#db.get<{ nid: number }>(SELECT_AT, point.roomNid, point.branch, slot, point.pos))?.nid
  }

  /** The events in some slots of one type at a point, for those keys that have one then. */
  async eventsOfKeys(point: StatePoint, typeNid: number, keyNids: readonly number[]): Promise<number[]> {
    const branches = await this.#branches(this.#db, point.roomNid)
    const found: number[] = []
    for (const piece of padded(keyNids)) {
      if (branches.size > 0) {
        for (const key of new Set(piece)) found.push((await this.eventAt(point, typeNid, key)) ?? 0)
        continue
      }
      const { roomNid, branch, pos } = point
      const sql = `${SELECT_TYPE_AT} and s.state_key in ${placeholders(piece.length, 5)}`
      const rows = await this.#db.all<{ nid: number | null }>(sql, roomNid, branch, pos, typeNid, ...piece)
      for (const { nid } of rows) found.push(nid ?? 0)
    }
    return found.filter((nid) => nid !== 0)
  }

  /** What one slot held over time, oldest first. Branches below the point's own are not followed. */
  async versions(point: StatePoint, typeNid: number, keyNid: number): Promise<{ nid: number; pos: number }[]> {
    const slot = await this.slotOf(this.#db, point.roomNid, typeNid, keyNid)
    if (slot === undefined) return []
    return this.#db.all(SELECT_VERSIONS, point.roomNid, point.branch, slot, point.pos)
  }

  /** The events of the whole state at a point, or of those slots that the filter keeps. Costs one seek for each slot. */
  async eventsAt(point: StatePoint, filter?: SlotFilter, from: Queryable = this.#db): Promise<number[]> {
    const branches = await this.#branches(from, point.roomNid)
    const bySlot =
      branches.size > 0 ? await this.#mergedAt(from, point, filter, branches) : await this.#ownAt(from, point, filter)
    return [...bySlot.values()].filter((nid) => nid !== 0)
  }

  async slotsOf(nids: readonly number[], from: Queryable): Promise<Map<number, number>> {
    const slots = new Map<number, number>()
    for (const piece of padded(nids)) {
      const sql = `select nid, slot from event where nid in ${placeholders(piece.length)}`
      for (const row of await from.all<{ nid: number; slot: number }>(sql, ...piece)) slots.set(row.nid, row.slot)
    }
    return slots
  }

  /** The version in force at an event. */
  async posOf(eventNid: number): Promise<number | undefined> {
    return (await this.#db.get<{ pos: number }>(SELECT_POS, eventNid))?.pos
  }

  async #branches(from: Queryable, roomNid: number): Promise<Map<number, Branch>> {
    const rows = await from.all<Branch>(SELECT_BRANCHES, roomNid)
    return new Map(rows.map((row) => [row.branch, row]))
  }

  /** What the branch holds itself, and below it what its parent held where it forked. */
  async #mergedAt(
    from: Queryable,
    point: StatePoint,
    filter: SlotFilter,
    branches: ReadonlyMap<number, Branch>,
  ): Promise<Map<number, number>> {
    const own = await this.#ownAt(from, point, filter)
    for (const row of await from.all<{ slot: number; pos: number; event: number }>(
      SELECT_OVERRIDES,
      point.roomNid,
      point.branch,
      point.pos,
    )) {
      const held = own.get(row.slot)
      const heldPos = held === undefined || held === 0 ? -1 : ((await this.posOf(held)) ?? -1)
      if (row.pos >= heldPos) own.set(row.slot, row.event)
    }
    const branch = branches.get(point.branch)
    if (!branch) return own
    const below = { roomNid: point.roomNid, branch: branch.parent, pos: branch.fork_pos }
    for (const [slot, nid] of await this.#mergedAt(from, below, filter, branches)) {
      if (!own.has(slot)) own.set(slot, nid)
    }
    return own
  }

  async #ownAt(
    from: Queryable,
    { roomNid, branch, pos }: StatePoint,
    filter: SlotFilter,
  ): Promise<Map<number, number>> {
    const rows = await (filter === undefined
      ? from.all<{ slot: number; nid: number | null }>(SELECT_ALL_AT, roomNid, branch, pos)
      : 'type' in filter
        ? from.all<{ slot: number; nid: number | null }>(SELECT_TYPE_AT, roomNid, branch, pos, filter.type)
        : from.all<{ slot: number; nid: number | null }>(
            SELECT_OTHER_TYPES_AT,
            roomNid,
            branch,
            pos,
            filter.exceptType,
          ))
    const bySlot = new Map<number, number>()
    for (const { slot, nid } of rows) if (nid !== null) bySlot.set(slot, nid)
    return bySlot
  }
}
