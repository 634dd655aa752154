import type { Database, Transaction } from '@pons/database'
import type { EventId } from '@pons/matrix'
import { remoteMessageId, type RemoteMessageId } from '../network/ids.ts'
import type { RemoteAction } from '../network/network-client.ts'

/** pending → sending → sent (written) or confirmed (the network said so); parked after too many tries; uncertain when a crash left its fate unknowable. */
export const outboxState = { pending: 0, sending: 1, sent: 2, confirmed: 3, parked: 4, uncertain: 5 } as const
export type OutboxState = (typeof outboxState)[keyof typeof outboxState]

export interface OutboxRecord {
  readonly eventId: EventId
  readonly part: number
  readonly portalNid: number
  /** '' for the relay. */
  readonly loginId: string
  readonly action: RemoteAction
  readonly state: OutboxState
  readonly attempts: number
  readonly startedMs?: number
  readonly remoteId?: RemoteMessageId
}

interface OutboxRow {
  event_id: string
  part: number
  portal_nid: number
  login_id: string
  action: string
  state: number
  attempts: number
  started_ts: number | null
  remote_id: string | null
}

export interface NewOutboxRow {
  readonly eventId: EventId
  readonly part: number
  readonly portalNid: number
  readonly loginId: string
  readonly action: RemoteAction
}

const insertAction = `INSERT INTO bridge_outbox (network, event_id, part, portal_nid, login_id, action, state)
  VALUES ($1, $2, $3, $4, $5, $6, ${outboxState.pending}) ON CONFLICT (network, event_id, part) DO NOTHING`

/** What must be done on the network for a Matrix event, one row an action. */
export class OutboxStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  /** All parts of an event, in order; empty when nothing was prepared yet. */
  async ofEvent(eventId: EventId): Promise<OutboxRecord[]> {
    const sql = `SELECT event_id, part, portal_nid, login_id, action, state, attempts, started_ts, remote_id
      FROM bridge_outbox WHERE network = $1 AND event_id = $2 ORDER BY part`
    return (await this.#db.all<OutboxRow>(sql, this.#network, eventId)).map(fromRow)
  }

  async add(tx: Transaction, row: NewOutboxRow): Promise<void> {
    const action = JSON.stringify(row.action)
    await tx.run(insertAction, this.#network, row.eventId, row.part, row.portalNid, row.loginId, action)
  }

  async markSending(tx: Transaction, eventId: EventId, part: number, nowMs: number): Promise<void> {
    const sql = `UPDATE bridge_outbox SET state = ${outboxState.sending}, attempts = attempts + 1, started_ts = $1
      WHERE network = $2 AND event_id = $3 AND part = $4`
    await tx.run(sql, nowMs, this.#network, eventId, part)
  }

  async markSent(
    tx: Transaction,
    eventId: EventId,
    part: number,
    result: { isConfirmed: boolean; remoteId?: RemoteMessageId },
  ): Promise<void> {
    const sql = `UPDATE bridge_outbox SET state = $1, remote_id = $2, error = NULL
      WHERE network = $3 AND event_id = $4 AND part = $5`
    const state = result.isConfirmed ? outboxState.confirmed : outboxState.sent
    await tx.run(sql, state, result.remoteId ?? null, this.#network, eventId, part)
  }

  async markState(
    tx: Transaction,
    eventId: EventId,
    part: number,
    change: { state: OutboxState; error?: string },
  ): Promise<void> {
    const sql = 'UPDATE bridge_outbox SET state = $1, error = $2 WHERE network = $3 AND event_id = $4 AND part = $5'
    await tx.run(sql, change.state, change.error ?? null, this.#network, eventId, part)
  }

  /** Rows of an event that were given up get new tries. */
  async revive(tx: Transaction, eventId: EventId): Promise<void> {
    const sql = `UPDATE bridge_outbox SET state = ${outboxState.pending}, attempts = 0
      WHERE network = $1 AND event_id = $2 AND state = ${outboxState.parked}`
    await tx.run(sql, this.#network, eventId)
  }

  /** What is on its way to that chat, or was cut off on it. */
  async sending(portalNid: number): Promise<{ eventId: EventId; part: number }[]> {
    const sql = `SELECT event_id AS "eventId", part FROM bridge_outbox
      WHERE portal_nid = $1 AND state = ${outboxState.sending}`
    return await this.#db.all<{ eventId: EventId; part: number }>(sql, portalNid)
  }

  async countUncertain(): Promise<number> {
    const sql = `SELECT count(*) AS n FROM bridge_outbox WHERE network = $1 AND state = ${outboxState.uncertain}`
    return (await this.#db.get<{ n: number }>(sql, this.#network))?.n ?? 0
  }
}

function fromRow(row: OutboxRow): OutboxRecord {
  return {
    eventId: row.event_id as EventId,
    part: row.part,
    portalNid: row.portal_nid,
    loginId: row.login_id,
    action: JSON.parse(row.action) as RemoteAction,
    state: row.state as OutboxState,
    attempts: row.attempts,
    ...(row.started_ts !== null && { startedMs: row.started_ts }),
    ...(row.remote_id !== null && { remoteId: remoteMessageId(row.remote_id) }),
  }
}
