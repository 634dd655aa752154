import type { Database, Transaction } from '@pons/database'
import type { RemoteEvent } from '../network/remote-event.ts'
import { rowState } from './row-state.ts'

export interface JournalRecord {
  readonly seq: number
  readonly portalNid: number
  readonly event: RemoteEvent
  readonly attempts: number
}

interface JournalRow {
  seq: number
  portal_nid: number
  payload: string
  attempts: number
}

export interface ParkedRow {
  readonly seq: number
  readonly portalNid: number
  readonly error: string
}

const insertEvent = `INSERT INTO bridge_journal (portal_nid, remote_id, payload, state, received_ts)
  VALUES ($1, $2, $3, ${rowState.pending}, $4) ON CONFLICT (portal_nid, remote_id) DO NOTHING`
const selectPending = `SELECT seq, portal_nid, payload, attempts FROM bridge_journal
  WHERE portal_nid = $1 AND state = ${rowState.pending} ORDER BY seq LIMIT $2`

/** Remote events on their way to Matrix. */
export class JournalStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  /** False when the event was there already. */
  async add(tx: Transaction, portalNid: number, event: RemoteEvent, nowMs: number): Promise<boolean> {
    return (await tx.run(insertEvent, portalNid, event.id, JSON.stringify(event), nowMs)) === 1
  }

  /** As done from the beginning: delivered by other means, and not to be delivered again when it comes once more. */
  async addDone(tx: Transaction, portalNid: number, remoteId: string, nowMs: number): Promise<void> {
    const sql = `INSERT INTO bridge_journal (portal_nid, remote_id, payload, state, received_ts)
      VALUES ($1, $2, NULL, ${rowState.done}, $3) ON CONFLICT (portal_nid, remote_id) DO NOTHING`
    await tx.run(sql, portalNid, remoteId, nowMs)
  }

  async isKnown(portalNid: number, remoteId: string): Promise<boolean> {
    const sql = 'SELECT seq FROM bridge_journal WHERE portal_nid = $1 AND remote_id = $2'
    return (await this.#db.get(sql, portalNid, remoteId)) !== undefined
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
    const sql = `SELECT DISTINCT j.portal_nid AS nid FROM bridge_journal j JOIN bridge_portal p ON p.portal_nid = j.portal_nid
      WHERE j.state = ${rowState.pending} AND p.network = $1`
    return (await this.#db.all<{ nid: number }>(sql, this.#network)).map((row) => row.nid)
  }

  async markDone(tx: Transaction, seq: number): Promise<void> {
    const sql = `UPDATE bridge_journal SET state = ${rowState.done}, payload = NULL, error = NULL WHERE seq = $1`
    await tx.run(sql, seq)
  }

  async markFailed(tx: Transaction, seq: number, failure: { error: string; isParked: boolean }): Promise<void> {
    const sql = 'UPDATE bridge_journal SET attempts = attempts + 1, error = $1, state = $2 WHERE seq = $3'
    await tx.run(sql, failure.error, failure.isParked ? rowState.parked : rowState.pending, seq)
  }

  async parked(): Promise<ParkedRow[]> {
    const sql = `SELECT j.seq, j.portal_nid AS "portalNid", j.error FROM bridge_journal j
      JOIN bridge_portal p ON p.portal_nid = j.portal_nid
      WHERE j.state = ${rowState.parked} AND p.network = $1 ORDER BY j.seq LIMIT 1000`
    return await this.#db.all<{ seq: number; portalNid: number; error: string }>(sql, this.#network)
  }

  /** Gives parked rows of a portal new tries. Returns how many there were. */
  async revive(tx: Transaction, portalNid: number): Promise<number> {
    const sql = `UPDATE bridge_journal SET state = ${rowState.pending}, attempts = 0
      WHERE portal_nid = $1 AND state = ${rowState.parked}`
    return await tx.run(sql, portalNid)
  }

  /** Depth by state and age of the oldest pending row, for the metrics. */
  async backlog(): Promise<{ pending: number; parked: number; oldestTs?: number }> {
    const sql = `SELECT j.state, count(*) AS n, min(j.received_ts) AS oldest FROM bridge_journal j
      JOIN bridge_portal p ON p.portal_nid = j.portal_nid
      WHERE j.state <> ${rowState.done} AND p.network = $1 GROUP BY j.state`
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
