import type { Transaction } from '@pons/database'
import { outboxState } from './outbox-state.ts'
import { rowState } from './row-state.ts'

/** How old rows must be, and how many of the newest stay whatever their age. */
export interface PruneBounds {
  readonly beforeMs: number
  readonly kept: number
}

const oldJournal = `SELECT j.seq FROM bridge_journal j WHERE j.state = ${rowState.done} ORDER BY j.seq LIMIT $1`
const seen = `INSERT INTO bridge_seen (portal_nid, remote_id)
  SELECT portal_nid, remote_id FROM bridge_journal WHERE state = ${rowState.done} AND seq <= $1 AND received_ts < $2
  ON CONFLICT (portal_nid, remote_id) DO NOTHING`
const deleteJournal = `DELETE FROM bridge_journal WHERE state = ${rowState.done} AND seq <= $1 AND received_ts < $2`

const newestInbox = `SELECT seq FROM bridge_inbox WHERE network = $1 AND state = ${rowState.done}
  ORDER BY seq DESC LIMIT 1 OFFSET $2`
const oldInbox = `SELECT seq, event_id FROM bridge_inbox
  WHERE network = $1 AND state = ${rowState.done} AND seq <= $2 AND received_ts < $3 ORDER BY seq LIMIT $4`
const deleteOutbox = `DELETE FROM bridge_outbox WHERE network = $1 AND event_id = $2
  AND state IN (${outboxState.sent}, ${outboxState.confirmed}, ${outboxState.uncertain})`
const newestTransaction = `SELECT received_ts FROM bridge_inbox_transaction WHERE network = $1
  ORDER BY received_ts DESC LIMIT 1 OFFSET $2`
const deleteTransactions = `DELETE FROM bridge_inbox_transaction WHERE network = $1 AND txn_id IN (
  SELECT txn_id FROM bridge_inbox_transaction WHERE network = $1 AND received_ts < $2 ORDER BY received_ts LIMIT $3)`

/** Takes away what is done and old, a slice at a time. Each method returns how many rows went. */
export class PruneStore {
  readonly #network: string

  constructor(network: string) {
    this.#network = network
  }

  /** Of all networks: the journal is one. The keys stay, in `bridge_seen`. */
  async journal(tx: Transaction, beforeMs: number, limit: number): Promise<number> {
    const last = (await tx.all<{ seq: number }>(oldJournal, limit)).at(-1)?.seq
    if (last === undefined) return 0
    await tx.run(seen, last, beforeMs)
    return await tx.run(deleteJournal, last, beforeMs)
  }

  /** With what was done on the network for each event. */
  async inbox(tx: Transaction, { beforeMs, kept }: PruneBounds, limit: number): Promise<number> {
    const last = (await tx.get<{ seq: number }>(newestInbox, this.#network, kept))?.seq
    if (last === undefined) return 0
    const rows = await tx.all<{ seq: number; event_id: string }>(oldInbox, this.#network, last, beforeMs, limit)
    for (const { seq, event_id: eventId } of rows) {
      await tx.run(deleteOutbox, this.#network, eventId)
      await tx.run('DELETE FROM bridge_inbox WHERE seq = $1', seq)
    }
    return rows.length
  }

  async transactions(tx: Transaction, { beforeMs, kept }: PruneBounds, limit: number): Promise<number> {
    const newest = await tx.get<{ received_ts: number }>(newestTransaction, this.#network, kept)
    if (newest === undefined) return 0
    return await tx.run(deleteTransactions, this.#network, Math.min(beforeMs, newest.received_ts), limit)
  }
}
