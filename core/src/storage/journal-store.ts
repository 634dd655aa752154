import type { Database, Queryable, Transaction } from '@pons/database'
import type { RemoteEvent } from '../network/remote-event.ts'
import { rowState } from './row-state.ts'

export interface JournalRecord {
  readonly seq: number
  readonly portalNid: number
  readonly event: RemoteEvent
  readonly attempts: number
}

interface KeptAs {
  /** Deduplicates within the portal. */
  readonly key: string
  readonly nowMs: number
}

interface KnownRow {
  readonly key: string
  /** undefined once it is done. */
  readonly event?: RemoteEvent
}

interface JournalRow {
  seq: number
  portal_nid: number
  payload: string
  attempts: number
}

const notSeen = 'where not exists (select 1 from bridge_seen where portal_nid = $1 and remote_id = $2)'
const insertEvent = `insert into bridge_journal (portal_nid, remote_id, payload, state, received_ts)
  select $1, $2, $3, ${rowState.pending}, $4 ${notSeen} on conflict (portal_nid, remote_id) do nothing`
const selectPending = `select seq, portal_nid, payload, attempts from bridge_journal
  where portal_nid = $1 and state = ${rowState.pending} order by seq limit $2`

/** Remote events on their way to Matrix. */
export class JournalStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  /** Nothing happens where something of that key is there already. */
  async add(tx: Transaction, portalNid: number, event: RemoteEvent, { key, nowMs }: KeptAs): Promise<void> {
    await tx.run(insertEvent, portalNid, key, JSON.stringify(event), nowMs)
  }

  /** As done from the beginning: delivered by other means, and not to be delivered again when it comes once more. */
  async addDone(tx: Transaction, portalNid: number, { key, nowMs }: KeptAs): Promise<void> {
    const sql = `insert into bridge_journal (portal_nid, remote_id, payload, state, received_ts)
      select $1, $2, null, ${rowState.done}, $3 ${notSeen} on conflict (portal_nid, remote_id) do nothing`
    await tx.run(sql, portalNid, key, nowMs)
  }

  /** What is there under any of the keys, done or not. */
  async under(portalNid: number, keys: readonly string[], on: Queryable = this.#db): Promise<KnownRow[]> {
    const places = keys.map((_, index) => `$${index + 2}`).join(', ')
    const sql = `select remote_id, payload from bridge_journal where portal_nid = $1 and remote_id in (${places})
      union all select remote_id, null as payload from bridge_seen where portal_nid = $1 and remote_id in (${places})`
    const rows = await on.all<{ remote_id: string; payload: string | null }>(sql, portalNid, ...keys)
    return rows.map(({ remote_id: key, payload }) => ({
      key,
      ...(payload !== null && { event: JSON.parse(payload) as RemoteEvent }),
    }))
  }

  /** The oldest rows of a portal that are neither done nor parked, in order. */
  async pending(portalNid: number, limit: number): Promise<JournalRecord[]> {
    const rows = await this.#db.all<JournalRow>(selectPending, portalNid, limit)
    return rows.map((row) => ({
      seq: row.seq,
      portalNid: row.portal_nid,
      event: JSON.parse(row.payload) as RemoteEvent,
      attempts: row.attempts,
    }))
  }

  /** Portals of this network with work left, to wake after a start. */
  async portalsWithWork(): Promise<number[]> {
    const sql = `select distinct j.portal_nid as nid from bridge_journal j join bridge_portal p on p.portal_nid = j.portal_nid
      where j.state = ${rowState.pending} and p.network = $1`
    return (await this.#db.all<{ nid: number }>(sql, this.#network)).map((row) => row.nid)
  }

  async markDone(tx: Transaction, seq: number): Promise<void> {
    const sql = `update bridge_journal set state = ${rowState.done}, payload = null, error = null where seq = $1`
    await tx.run(sql, seq)
  }

  async markFailed(tx: Transaction, seq: number, failure: { error: string; isParked: boolean }): Promise<void> {
    const sql = 'update bridge_journal set attempts = attempts + 1, error = $1, state = $2 where seq = $3'
    await tx.run(sql, failure.error, failure.isParked ? rowState.parked : rowState.pending, seq)
  }

  /** Depth by state and age of the oldest pending row, for the metrics. */
  async backlog(): Promise<{ pending: number; parked: number; oldestTs?: number }> {
    const sql = `select j.state, count(*) as n, min(j.received_ts) as oldest from bridge_journal j
      join bridge_portal p on p.portal_nid = j.portal_nid
      where j.state <> ${rowState.done} and p.network = $1 group by j.state`
    return toBacklog(await this.#db.all<BacklogRow>(sql, this.#network))
  }
}

export interface BacklogRow {
  state: number
  n: number
  oldest: number
}

export function toBacklog(rows: readonly BacklogRow[]): { pending: number; parked: number; oldestTs?: number } {
  const pending = rows.find((row) => row.state === rowState.pending)
  const parked = rows.find((row) => row.state === rowState.parked)
  return { pending: pending?.n ?? 0, parked: parked?.n ?? 0, ...(pending && { oldestTs: pending.oldest }) }
}
