import type { Transaction } from '@pons/database'
import { outboxState } from './outbox-state.ts'
import { rowState } from './row-state.ts'

/** How old rows must be, and how many of the newest stay whatever their age. */
export interface PruneBounds {
  readonly beforeMs: number
  readonly kept: number
}

const oldJournal = `select j.seq from bridge_journal j where j.state = ${rowState.done} order by j.seq limit $1`
const seen = `insert into bridge_seen (portal_nid, remote_id)
  select portal_nid, remote_id from bridge_journal where state = ${rowState.done} and seq <= $1 and received_ts < $2
  on conflict (portal_nid, remote_id) do nothing`
const deleteJournal = `delete from bridge_journal where state = ${rowState.done} and seq <= $1 and received_ts < $2`

const newestInbox = `select seq from bridge_inbox where network = $1 and state = ${rowState.done}
  order by seq desc limit 1 offset $2`
const oldInbox = `select seq, event_id from bridge_inbox
  where network = $1 and state = ${rowState.done} and seq <= $2 and received_ts < $3 order by seq limit $4`
const deleteOutbox = `delete from bridge_outbox where network = $1 and event_id = $2
  and state in (${outboxState.sent}, ${outboxState.confirmed}, ${outboxState.uncertain})`
const newestTransaction = `select received_ts from bridge_inbox_transaction where network = $1
  order by received_ts desc limit 1 offset $2`
const deleteTransactions = `delete from bridge_inbox_transaction where network = $1 and txn_id in (
  select txn_id from bridge_inbox_transaction where network = $1 and received_ts < $2 order by received_ts limit $3)`

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
      await tx.run('delete from bridge_inbox where seq = $1', seq)
    }
    return rows.length
  }

  async transactions(tx: Transaction, { beforeMs, kept }: PruneBounds, limit: number): Promise<number> {
    const newest = await tx.get<{ received_ts: number }>(newestTransaction, this.#network, kept)
    if (newest === undefined) return 0
    return await tx.run(deleteTransactions, this.#network, Math.min(beforeMs, newest.received_ts), limit)
  }
}
