import type { Database } from '@pons/database'
import type { EventId } from '@pons/matrix'
import { remoteMessageId, type RemoteMessageId } from '../network/ids.ts'
import type { RemoteAction } from '../network/client-handlers.ts'
import { outboxState, type OutboxState } from './outbox-state.ts'
import { rowState } from './row-state.ts'

export interface OutboxRecord {
  readonly eventId: EventId
  readonly part: number
  readonly portalNid: number
  /** '' for the relay. */
  readonly loginId: string
  readonly action: RemoteAction
  readonly state: OutboxState
  readonly attempts: number
  /** What it changes, where networks tell that without an id of ours. */
  readonly effect: string | undefined
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
  effect: string | null
}

/** Reads what must be done on the network for a Matrix event, one row an action. */
export class OutboxReader {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  /** All parts of an event, in order; empty when nothing was prepared yet. */
  async ofEvent(eventId: EventId): Promise<OutboxRecord[]> {
    const sql = `select event_id, part, portal_nid, login_id, action, state, attempts, started_ts, remote_id, effect
      from bridge_outbox where network = $1 and event_id = $2 order by part`
    return (await this.#db.all<OutboxRow>(sql, this.#network, eventId)).map(fromRow)
  }

  /** What is on its way to that chat, or was cut off on it, of events that have not been given up. */
  async sending(portalNid: number): Promise<{ eventId: EventId; part: number }[]> {
    const sql = `select o.event_id as "eventId", o.part from bridge_outbox o
      join bridge_inbox i on i.network = o.network and i.event_id = o.event_id
      where o.portal_nid = $1 and o.state = ${outboxState.sending} and i.state = ${rowState.pending}`
    return await this.#db.all<{ eventId: EventId; part: number }>(sql, portalNid)
  }

  /** Is that the id of something that was done from here? */
  async isOwn(portalNid: number, remoteId: RemoteMessageId): Promise<boolean> {
    const sql = 'select 1 as n from bridge_outbox where portal_nid = $1 and remote_id = $2 limit 1'
    return (await this.#db.get<{ n: number }>(sql, portalNid, remoteId)) !== undefined
  }

  /** Those of the ids that are of something that was done from here. */
  async ownAmong(portalNid: number, remoteIds: readonly RemoteMessageId[]): Promise<ReadonlySet<RemoteMessageId>> {
    const places = remoteIds.map((_, index) => `$${index + 2}`).join(', ')
    const sql = `select remote_id as id from bridge_outbox where portal_nid = $1 and remote_id in (${places})`
    const rows = await this.#db.all<{ id: string }>(sql, portalNid, ...remoteIds)
    return new Set(rows.map(({ id }) => remoteMessageId(id)))
  }

  /** The oldest of what was begun since then, changes just that, and has not come back. */
  async unheard(
    portalNid: number,
    effect: string,
    sinceMs: number,
  ): Promise<{ eventId: EventId; part: number } | undefined> {
    const sql = `select event_id as "eventId", part from bridge_outbox where portal_nid = $1 and effect = $2
      and is_heard = 0 and started_ts >= $3 order by started_ts, event_id, part limit 1`
    return await this.#db.get<{ eventId: EventId; part: number }>(sql, portalNid, effect, sinceMs)
  }

  async countUncertain(): Promise<number> {
    const sql = `select count(*) as n from bridge_outbox where network = $1 and state = ${outboxState.uncertain}`
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
    effect: row.effect ?? undefined,
    ...(row.started_ts !== null && { startedMs: row.started_ts }),
    ...(row.remote_id !== null && { remoteId: remoteMessageId(row.remote_id) }),
  }
}
