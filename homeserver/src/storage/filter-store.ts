import type { Database, Transaction } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'

const SELECT = 'select definition from sync_filter where user_id = $1 and nid = $2'
const SELECT_SAME = 'select nid from sync_filter where user_id = $1 and definition = $2'
const INSERT = `insert into sync_filter (user_id, nid, definition)
  select $1, coalesce(max(nid), 0) + 1, $2 from sync_filter where user_id = $1 returning nid`

export class FilterStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async byId(userId: UserId, nid: number): Promise<JsonObject | undefined> {
    const row = await this.#db.get<{ definition: string }>(SELECT, userId, nid)
    return row && (JSON.parse(row.definition) as JsonObject)
  }

  /** Equal definitions share a number. */
  async save(tx: Transaction, userId: UserId, definition: JsonObject): Promise<number> {
    const text = JSON.stringify(definition)
    const same = await tx.get<{ nid: number }>(SELECT_SAME, userId, text)
    return same?.nid ?? (await tx.get<{ nid: number }>(INSERT, userId, text))!.nid
  }
}
