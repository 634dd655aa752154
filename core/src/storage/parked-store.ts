import type { Database, Transaction } from '@pons/database'
import type { EventId, RoomId, UserId } from '@pons/matrix'
import type { LoginId } from '../network/ids.ts'
import { rowState } from './row-state.ts'

export interface ParkedEvent {
  readonly seq: number
  readonly roomId: RoomId
  readonly eventId: EventId
  readonly error: string
}

export interface ParkedPortal {
  readonly nid: number
  readonly receiver?: LoginId
  readonly roomId?: RoomId
  readonly count: number
  /** One of them. */
  readonly error: string
}

const most = 1000

/** What was given up, in both directions. */
export class ParkedStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  /** Events on their way to the network, the oldest first: those of one sender, or everybody's. */
  async events(sender?: UserId): Promise<ParkedEvent[]> {
    const sql = `select seq, room_id as "roomId", event_id as "eventId", error, payload from bridge_inbox
      where network = $1 and state = ${rowState.parked} and payload like $2 ESCAPE '!' order by seq limit ${most}`
    const text = sender === undefined ? '' : JSON.stringify(sender).replaceAll(/[!%_]/g, '!$&')
    const rows = await this.#db.all<ParkedEvent & { payload: string }>(sql, this.#network, `%${text}%`)
    return rows
      .filter(({ payload }) => sender === undefined || (JSON.parse(payload) as { sender?: unknown }).sender === sender)
      .map(({ seq, roomId, eventId, error }) => ({ seq, roomId, eventId, error }))
  }

  /** Portals with events that could not be brought into Matrix. */
  async portals(): Promise<ParkedPortal[]> {
    const sql = `select p.portal_nid as nid, p.receiver, p.room_id, min(j.error) as error, count(*) as n from bridge_journal j
      join bridge_portal p on p.portal_nid = j.portal_nid where j.state = ${rowState.parked} and p.network = $1
      group by p.portal_nid, p.receiver, p.room_id order by p.portal_nid`
    const rows = await this.#db.all<{
      nid: number
      receiver: string
      room_id: string | null
      error: string | null
      n: number
    }>(sql, this.#network)
    return rows.map((row) => ({
      nid: row.nid,
      ...(row.receiver !== '' && { receiver: row.receiver as LoginId }),
      ...(row.room_id !== null && { roomId: row.room_id as RoomId }),
      count: row.n,
      error: row.error ?? '',
    }))
  }

  /** Gives an event new tries. False when it is parked no more. */
  async reviveEvent(tx: Transaction, seq: number): Promise<boolean> {
    const sql = `update bridge_inbox set state = ${rowState.pending}, attempts = 0 where seq = $1 and state = ${rowState.parked}`
    return (await tx.run(sql, seq)) === 1
  }

  /** Calls an event done that was not: it is not tried again. False when it is parked no more. */
  async discardEvent(tx: Transaction, seq: number): Promise<boolean> {
    const sql = `update bridge_inbox set state = ${rowState.done}, payload = null where seq = $1 and state = ${rowState.parked}`
    return (await tx.run(sql, seq)) === 1
  }

  /** The same for one that was taken back in its room. */
  async discardRedacted(tx: Transaction, roomId: RoomId, eventId: EventId): Promise<boolean> {
    const sql = `update bridge_inbox set state = ${rowState.done}, payload = null
      where network = $1 and room_id = $2 and event_id = $3 and state = ${rowState.parked}`
    return (await tx.run(sql, this.#network, roomId, eventId)) === 1
  }

  /** Gives the parked rows of a portal new tries. Returns how many there were. */
  async revivePortal(tx: Transaction, nid: number): Promise<number> {
    const sql = `update bridge_journal set state = ${rowState.pending}, attempts = 0
      where portal_nid = $1 and state = ${rowState.parked}`
    return await tx.run(sql, nid)
  }
}
