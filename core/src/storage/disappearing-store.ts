import type { Database, Transaction } from '@pons/database'
import type { EventId, RoomId, UserId } from '@pons/matrix'

export interface DisappearingRecord {
  readonly eventId: EventId
  readonly roomId: RoomId
  /** In whose name it was sent. */
  readonly sender: UserId
  /** Milliseconds since 1970. */
  readonly dueMs: number
  /** How often the homeserver has refused to take it away. */
  readonly attempts: number
}

interface DisappearingRow {
  event_id: string
  room_id: string
  sender: string
  due_ts: number
  attempts: number
}

const insertRow = `insert into bridge_disappearing (network, event_id, room_id, sender, due_ts) values ($1, $2, $3, $4, $5)
  on conflict (network, event_id) do nothing`
const selectDue = `select event_id, room_id, sender, due_ts, attempts from bridge_disappearing
  where network = $1 and due_ts <= $2 order by due_ts limit $3`

/** Which events go, and when. */
export class DisappearingStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  /** Nothing happens where the event has a time already: the first that was told holds. */
  async put(tx: Transaction, { eventId, roomId, sender, dueMs }: Omit<DisappearingRecord, 'attempts'>): Promise<void> {
    await tx.run(insertRow, this.#network, eventId, roomId, sender, dueMs)
  }

  async due(nowMs: number, limit: number): Promise<DisappearingRecord[]> {
    const rows = await this.#db.all<DisappearingRow>(selectDue, this.#network, nowMs, limit)
    return rows.map((row) => ({
      eventId: row.event_id as EventId,
      roomId: row.room_id as RoomId,
      sender: row.sender as UserId,
      dueMs: row.due_ts,
      attempts: row.attempts,
    }))
  }

  /** When the next goes; undefined where none does. */
  async nextMs(): Promise<number | undefined> {
    const sql = 'select min(due_ts) as due from bridge_disappearing where network = $1'
    return (await this.#db.get<{ due: number | null }>(sql, this.#network))?.due ?? undefined
  }

  async remove(tx: Transaction, eventId: EventId): Promise<void> {
    await tx.run('delete from bridge_disappearing where network = $1 and event_id = $2', this.#network, eventId)
  }

  async postpone(tx: Transaction, eventId: EventId, dueMs: number): Promise<void> {
    const sql = `update bridge_disappearing set due_ts = $1, attempts = attempts + 1 where network = $2 and event_id = $3`
    await tx.run(sql, dueMs, this.#network, eventId)
  }
}
