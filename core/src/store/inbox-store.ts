import type { Database, Transaction } from '@pons/database'
import type { EventId, RoomId } from '@pons/matrix'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { toBacklog, type BacklogRow } from './journal-store.ts'
import { rowState } from './row-state.ts'

export interface InboxRecord {
  readonly seq: number
  readonly event: ClientEvent
  readonly attempts: number
}

interface InboxRow {
  seq: number
  payload: string
  attempts: number
}

const insertTransaction = `INSERT INTO bridge_inbox_transaction (network, txn_id, received_ts)
  VALUES ($1, $2, $3) ON CONFLICT (network, txn_id) DO NOTHING`
const insertEvent = `INSERT INTO bridge_inbox (network, event_id, room_id, payload, state, received_ts)
  VALUES ($1, $2, $3, $4, ${rowState.pending}, $5) ON CONFLICT (network, event_id) DO NOTHING`
const selectPending = `SELECT seq, payload, attempts FROM bridge_inbox
  WHERE network = $1 AND room_id = $2 AND state = ${rowState.pending} ORDER BY seq LIMIT $3`

/** Of one statement. */
const maxParameters = 500

/** Matrix events on their way to the network. */
export class InboxStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  /** False when a transaction of that id was stored before: a repeat, to be answered and otherwise ignored. */
  async addTransaction(tx: Transaction, txnId: string, nowMs: number): Promise<boolean> {
    return (await tx.run(insertTransaction, this.#network, txnId, nowMs)) === 1
  }

  async add(tx: Transaction, event: ClientEvent, nowMs: number): Promise<boolean> {
    const payload = JSON.stringify(event)
    return (await tx.run(insertEvent, this.#network, event.event_id, event.room_id, payload, nowMs)) === 1
  }

  /** Of these events those that never came. */
  async unknown(eventIds: readonly EventId[]): Promise<ReadonlySet<EventId>> {
    const unknown = new Set(eventIds)
    for (let start = 0; start < eventIds.length; start += maxParameters) {
      const some = eventIds.slice(start, start + maxParameters)
      const places = some.map((_id, index) => `$${index + 2}`).join(', ')
      const sql = `SELECT event_id FROM bridge_inbox WHERE network = $1 AND event_id IN (${places})`
      for (const row of await this.#db.all<{ event_id: string }>(sql, this.#network, ...some)) {
        unknown.delete(row.event_id as EventId)
      }
    }
    return unknown
  }

  async pending(roomId: RoomId, limit: number): Promise<InboxRecord[]> {
    const rows = await this.#db.all<InboxRow>(selectPending, this.#network, roomId, limit)
    return rows.map((row) => ({
      seq: row.seq,
      event: JSON.parse(row.payload) as ClientEvent,
      attempts: row.attempts,
    }))
  }

  async roomsWithWork(): Promise<RoomId[]> {
    const sql = `SELECT DISTINCT room_id FROM bridge_inbox
      WHERE network = $1 AND state = ${rowState.pending}`
    return (await this.#db.all<{ room_id: string }>(sql, this.#network)).map((row) => row.room_id as RoomId)
  }

  async markDone(tx: Transaction, seq: number): Promise<void> {
    const sql = `UPDATE bridge_inbox SET state = ${rowState.done}, payload = NULL, error = NULL WHERE seq = $1`
    await tx.run(sql, seq)
  }

  async markFailed(tx: Transaction, seq: number, failure: { error: string; isParked: boolean }): Promise<void> {
    const sql = 'UPDATE bridge_inbox SET attempts = attempts + 1, error = $1, state = $2 WHERE seq = $3'
    await tx.run(sql, failure.error, failure.isParked ? rowState.parked : rowState.pending, seq)
  }

  async backlog(): Promise<{ pending: number; parked: number; oldestTs?: number }> {
    const sql = `SELECT state, count(*) AS n, min(received_ts) AS oldest FROM bridge_inbox
      WHERE network = $1 AND state <> ${rowState.done} GROUP BY state`
    return toBacklog(await this.#db.all<BacklogRow>(sql, this.#network))
  }
}
