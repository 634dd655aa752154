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

const insertAction = `insert into bridge_outbox (network, event_id, part, portal_nid, login_id, action, state, remote_id, effect)
  values ($1, $2, $3, $4, $5, $6, ${outboxState.pending}, $7, $8) on conflict (network, event_id, part) do nothing`

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
    const sql = `update bridge_outbox set state = $1, started_ts = coalesce($2, started_ts),
      attempts = attempts + ${startedMs === null ? 0 : 1}, remote_id = coalesce($3, remote_id),
      error = ${error === undefined ? 'COALESCE($4, error)' : '$4'}
      where network = $5 and event_id = $6 and part = $7 and state in (${from.join(', ')})`
    return (await tx.run(sql, ...values)) === 1
  }

  /** Rows of an event that were given up get new tries. */
  async revive(tx: Transaction, eventId: EventId, { from, to }: OutboxMove): Promise<void> {
    const sql = `update bridge_outbox set state = ${to}, attempts = 0
      where network = $1 and event_id = $2 and state in (${from.join(', ')})`
    await tx.run(sql, this.#network, eventId)
  }

  /** What was said in them is to be kept no longer. */
  async forgetActions(tx: Transaction, eventId: EventId): Promise<void> {
    const sql = `update bridge_outbox set action = '{}' where network = $1 and event_id = $2
      and state in (${outboxState.sent}, ${outboxState.confirmed}, ${outboxState.uncertain})`
    await tx.run(sql, this.#network, eventId)
  }

  async markHeard(tx: Transaction, { eventId, part }: { eventId: EventId; part: number }): Promise<void> {
    const sql = 'update bridge_outbox set is_heard = 1 where network = $1 and event_id = $2 and part = $3'
    await tx.run(sql, this.#network, eventId, part)
  }
}
