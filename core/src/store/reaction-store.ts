import type { Database, Transaction } from '@pons/database'
import type { EventId } from '@pons/matrix'

export interface ReactionKey {
  readonly portalNid: number
  /** Matrix event that was reacted to. */
  readonly target: EventId
  /** User id of the ghost or puppet. */
  readonly sender: string
  readonly reaction: string
}

/** Reactions that came from the network, to be able to take them back. */
export class ReactionStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async find({ portalNid, target, sender, reaction }: ReactionKey): Promise<EventId | undefined> {
    const sql = `SELECT event_id FROM bridge_reaction
      WHERE portal_nid = $1 AND target = $2 AND sender = $3 AND reaction = $4`
    const row = await this.#db.get<{ event_id: string }>(sql, portalNid, target, sender, reaction)
    return row?.event_id as EventId | undefined
  }

  async put(tx: Transaction, { portalNid, target, sender, reaction }: ReactionKey, eventId: EventId): Promise<void> {
    const sql = `INSERT INTO bridge_reaction (portal_nid, target, sender, reaction, event_id) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (portal_nid, target, sender, reaction) DO UPDATE SET event_id = excluded.event_id`
    await tx.run(sql, portalNid, target, sender, reaction, eventId)
  }

  async remove(tx: Transaction, { portalNid, target, sender, reaction }: ReactionKey): Promise<void> {
    const sql = `DELETE FROM bridge_reaction WHERE portal_nid = $1 AND target = $2 AND sender = $3 AND reaction = $4`
    await tx.run(sql, portalNid, target, sender, reaction)
  }
}
