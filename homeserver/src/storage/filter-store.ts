import type { Database, Transaction } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'

const SELECT = 'select definition from sync_filter where user_id = $1 and nid = $2'
const SELECT_SAME = 'select nid from sync_filter where user_id = $1 and definition = $2'
const COUNT = 'select count(*) as n from sync_filter where user_id = $1'
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

  /** The number of an equal definition. */
  async same(tx: Transaction, userId: UserId, definition: string): Promise<number | undefined> {
    return (await tx.get<{ nid: number }>(SELECT_SAME, userId, definition))?.nid
  }

  async count(tx: Transaction, userId: UserId): Promise<number> {
    return (await tx.get<{ n: number }>(COUNT, userId))?.n ?? 0
  }

  async save(tx: Transaction, userId: UserId, definition: string): Promise<number> {
    return (await tx.get<{ nid: number }>(INSERT, userId, definition))!.nid
  }
}
