import type { Transaction } from '@pons/database'
import type { EventId } from '@pons/matrix'
import type { RemoteMessageId } from '../network/ids.ts'
import type { RemoteAction } from '../network/client-handlers.ts'
import { outboxState, type OutboxState } from './outbox-state.ts'

export interface NewOutboxRow {
  readonly eventId: EventId
  readonly part: number
  readonly portalNid: number
  readonly loginId: string
  readonly action: RemoteAction
  /** Where it is known before it is sent. */
  readonly remoteId?: RemoteMessageId | undefined
  /** What it changes, for networks that give a change no id that we learn. */
  readonly effect?: string | undefined
}

/** The states a row may be in, the one it is in afterwards, and what is written along with that. */
export interface OutboxMove {
  readonly from: readonly OutboxState[]
  readonly to: OutboxState
  readonly set?: {
    /** A try begins now. */
    readonly startedMs?: number
    readonly remoteId?: RemoteMessageId | undefined
    /** null where it has gone well. */
    readonly error?: string | null
  }
}

const insertAction = `INSERT INTO bridge_outbox (network, event_id, part, portal_nid, login_id, action, state, remote_id, effect)
  VALUES ($1, $2, $3, $4, $5, $6, ${outboxState.pending}, $7, $8) ON CONFLICT (network, event_id, part) DO NOTHING`

/** Writes the rows of the outbox; for `Outbox` alone, which knows what may follow on what. */
export class OutboxStore {
  readonly #network: string

  constructor(network: string) {
    this.#network = network
  }

  async add(tx: Transaction, row: NewOutboxRow): Promise<void> {
    const action = JSON.stringify(row.action)
    const { eventId, part, portalNid, loginId, remoteId = null, effect = null } = row
    await tx.run(insertAction, this.#network, eventId, part, portalNid, loginId, action, remoteId, effect)
  }

  /** False where the row is in none of those states. */
  async move(
    tx: Transaction,
    { eventId, part }: { readonly eventId: EventId; readonly part: number },
    { from, to, set = {} }: OutboxMove,
  ): Promise<boolean> {
    const { startedMs = null, remoteId = null, error } = set
    const values = [to, startedMs, remoteId, error ?? null, this.#network, eventId, part]
    const sql = `UPDATE bridge_outbox SET state = $1, started_ts = COALESCE($2, started_ts),
      attempts = attempts + ${startedMs === null ? 0 : 1}, remote_id = COALESCE($3, remote_id),
      error = ${error === undefined ? 'COALESCE($4, error)' : '$4'}
      WHERE network = $5 AND event_id = $6 AND part = $7 AND state IN (${from.join(', ')})`
    return (await tx.run(sql, ...values)) === 1
  }

  /** Rows of an event that were given up get new tries. */
  async revive(tx: Transaction, eventId: EventId, { from, to }: OutboxMove): Promise<void> {
    const sql = `UPDATE bridge_outbox SET state = ${to}, attempts = 0
      WHERE network = $1 AND event_id = $2 AND state IN (${from.join(', ')})`
    await tx.run(sql, this.#network, eventId)
  }

  /** What was said in them is to be kept no longer. */
  async forgetActions(tx: Transaction, eventId: EventId): Promise<void> {
    const sql = `UPDATE bridge_outbox SET action = '{}' WHERE network = $1 AND event_id = $2
      AND state IN (${outboxState.sent}, ${outboxState.confirmed}, ${outboxState.uncertain})`
    await tx.run(sql, this.#network, eventId)
  }

  async markHeard(tx: Transaction, { eventId, part }: { eventId: EventId; part: number }): Promise<void> {
    const sql = 'UPDATE bridge_outbox SET is_heard = 1 WHERE network = $1 AND event_id = $2 AND part = $3'
    await tx.run(sql, this.#network, eventId, part)
  }
}
