import type { Transaction } from '@pons/database'

const INSERT_MARK = `insert into event_txn_mark (taken_ts, nid) select $1, coalesce(max(nid), 0) from event where true
  on conflict (taken_ts) do nothing`
const SELECT_MARK = 'select nid from event_txn_mark where taken_ts <= $1 order by taken_ts desc limit 1'
const DELETE_MARKS = 'delete from event_txn_mark where taken_ts < $1'
const DELETE_OF_DEVICES = `delete from event_txn where device <> '' and event in (
  select event from event_txn where device <> '' and event <= $1 order by event limit $2)`
const DELETE_OF_APPSERVICES = `delete from event_txn where device = '' and event in (
  select event from event_txn where device = '' and event <= $1 order by event limit $2)`
const SELECT_SENDERS = `select distinct sender, device from event_txn
  where device <> '' and event > $1 and event <= $2 order by sender, device`
const DELETE_BEYOND = `delete from event_txn where sender = $1 and device = $2 and device <> '' and event in (
  select event from event_txn where sender = $1 and device = $2 and device <> '' and event <= (
    select event from event_txn where sender = $1 and device = $2 and device <> '' order by event desc limit 1 offset $3)
  order by event limit $4)`
const SELECT_NEWEST = 'select coalesce(max(nid), 0) as nid from event'

export interface SendingDevice {
  readonly sender: number
  readonly device: string
}

/** Transaction ids of events that are old. */
export class TxnPruneStore {
  /** Notes which events there are by now. */
  async mark(tx: Transaction, nowMs: number): Promise<void> {
    await tx.run(INSERT_MARK, nowMs)
  }

  /** The newest event at that time, as far as it is known; 0 when it is not. */
  async newestAt(tx: Transaction, ms: number): Promise<number> {
    return (await tx.get<{ nid: number }>(SELECT_MARK, ms))?.nid ?? 0
  }

  async forgetMarksBefore(tx: Transaction, ms: number): Promise<void> {
    await tx.run(DELETE_MARKS, ms)
  }

  async newest(tx: Transaction): Promise<number> {
    return (await tx.get<{ nid: number }>(SELECT_NEWEST))?.nid ?? 0
  }

  /** The devices that sent events in `(after, upTo]`. */
  async sendersIn(tx: Transaction, after: number, upTo: number): Promise<SendingDevice[]> {
    return tx.all<SendingDevice>(SELECT_SENDERS, after, upTo)
  }

  /** All but the newest `keep` of a device, the oldest first. */
  async deleteBeyond(tx: Transaction, { sender, device }: SendingDevice, keep: number, limit: number): Promise<number> {
    return await tx.run(DELETE_BEYOND, sender, device, keep, limit)
  }

  async deleteOfDevices(tx: Transaction, upToEvent: number, limit: number): Promise<number> {
    return await tx.run(DELETE_OF_DEVICES, upToEvent, limit)
  }

  async deleteOfAppservices(tx: Transaction, upToEvent: number, limit: number): Promise<number> {
    return await tx.run(DELETE_OF_APPSERVICES, upToEvent, limit)
  }
}
