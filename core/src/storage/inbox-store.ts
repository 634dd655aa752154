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

const insertTransaction = `insert into bridge_inbox_transaction (network, txn_id, received_ts)
  values ($1, $2, $3) on conflict (network, txn_id) do nothing`
const insertEvent = `insert into bridge_inbox (network, event_id, room_id, payload, state, received_ts)
  values ($1, $2, $3, $4, ${rowState.pending}, $5) on conflict (network, event_id) do nothing`
const selectPending = `select seq, payload, attempts from bridge_inbox
  where network = $1 and room_id = $2 and state = ${rowState.pending} order by seq limit $3`

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
      const sql = `select event_id from bridge_inbox where network = $1 and event_id in (${places})`
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
    const sql = `select distinct room_id from bridge_inbox
      where network = $1 and state = ${rowState.pending}`
    return (await this.#db.all<{ room_id: string }>(sql, this.#network)).map((row) => row.room_id as RoomId)
  }

  async markDone(tx: Transaction, seq: number): Promise<void> {
    const sql = `update bridge_inbox set state = ${rowState.done}, payload = null, error = null where seq = $1`
    await tx.run(sql, seq)
  }

  async markFailed(tx: Transaction, seq: number, failure: { error: string; isParked: boolean }): Promise<void> {
    const sql = 'update bridge_inbox set attempts = attempts + 1, error = $1, state = $2 where seq = $3'
    await tx.run(sql, failure.error, failure.isParked ? rowState.parked : rowState.pending, seq)
  }

  async backlog(): Promise<{ pending: number; parked: number; oldestTs?: number }> {
    const sql = `select state, count(*) as n, min(received_ts) as oldest from bridge_inbox
      where network = $1 and state <> ${rowState.done} group by state`
    return toBacklog(await this.#db.all<BacklogRow>(sql, this.#network))
  }
}
