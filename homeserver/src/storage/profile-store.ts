import type { Database, Queryable, Transaction } from '@pons/database'
import type { JsonObject, JsonValue, UserId } from '@pons/matrix'

const SELECT = 'select field, value from profile where user_id = $1'
const UPSERT = `insert into profile (user_id, field, value) values ($1, $2, $3)
  on conflict (user_id, field) do update set value = excluded.value`
const DELETE = 'delete from profile where user_id = $1 and field = $2'

export class ProfileStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async of(userId: UserId, from: Queryable = this.#db): Promise<JsonObject> {
    const rows = await from.all<{ field: string; value: string }>(SELECT, userId)
    return Object.fromEntries(rows.map(({ field, value }) => [field, JSON.parse(value) as JsonValue]))
  }

  async set(tx: Transaction, userId: UserId, field: string, value: JsonValue): Promise<void> {
    await tx.run(UPSERT, userId, field, JSON.stringify(value))
  }

  async remove(tx: Transaction, userId: UserId, field: string): Promise<void> {
    await tx.run(DELETE, userId, field)
  }
}
