import type { Database, Transaction } from '@pons/database'
import type { EventId } from '@pons/matrix'
import { boundedKey } from '../text/bounded-key.ts'

export interface ReactionKey {
  readonly portalNid: number
  /** Matrix event that was reacted to. */
  readonly target: EventId
  /** User id of the ghost or puppet. */
  readonly sender: string
  readonly reaction: string
}

export interface ReactionRecord extends ReactionKey {
  readonly eventId: EventId
}

interface ReactionRow {
  portal_nid: number
  target: string
  sender: string
  reaction: string
  event_id: string
}

const columns = 'portal_nid, target, sender, reaction, event_id'

/** Reactions that crossed, in either direction, to be able to take them back and to know an echo. */
export class ReactionStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async find({ portalNid, target, sender, reaction }: ReactionKey): Promise<EventId | undefined> {
    const sql = `select event_id from bridge_reaction
      where portal_nid = $1 and target = $2 and sender = $3 and reaction = $4`
    const row = await this.#db.get<{ event_id: string }>(sql, portalNid, target, sender, boundedKey(reaction))
    return row?.event_id as EventId | undefined
  }

  /** All reactions to a message, of one person or of everybody. */
  async onMessage(portalNid: number, target: EventId, sender?: string): Promise<ReactionRecord[]> {
    const sql = `select ${columns} from bridge_reaction where portal_nid = $1 and target = $2`
    const rows = await this.#db.all<ReactionRow>(sql, portalNid, target)
    return rows.map(fromRow).filter((record) => sender === undefined || record.sender === sender)
  }

  async byEvent(eventId: EventId): Promise<ReactionRecord | undefined> {
    const row = await this.#db.get<ReactionRow>(`select ${columns} from bridge_reaction where event_id = $1`, eventId)
    return row && fromRow(row)
  }

  async put(tx: Transaction, { portalNid, target, sender, reaction }: ReactionKey, eventId: EventId): Promise<void> {
    const sql = `insert into bridge_reaction (portal_nid, target, sender, reaction, event_id) values ($1, $2, $3, $4, $5)
      on conflict (portal_nid, target, sender, reaction) do update set event_id = excluded.event_id`
    await tx.run(sql, portalNid, target, sender, boundedKey(reaction), eventId)
  }

  async remove(tx: Transaction, { portalNid, target, sender, reaction }: ReactionKey): Promise<void> {
    const sql = `delete from bridge_reaction where portal_nid = $1 and target = $2 and sender = $3 and reaction = $4`
    await tx.run(sql, portalNid, target, sender, boundedKey(reaction))
  }
}

function fromRow(row: ReactionRow): ReactionRecord {
  return {
    portalNid: row.portal_nid,
    target: row.target as EventId,
    sender: row.sender,
    reaction: row.reaction,
    eventId: row.event_id as EventId,
  }
}
