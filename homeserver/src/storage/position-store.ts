import type { Database, Queryable, Transaction } from '@pons/database'

const SELECT = 'select position from stream_position where name = $1'
const UPSERT = `insert into stream_position (name, position) values ($1, $2)
  on conflict (name) do update set position = excluded.position`

export class PositionStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async get(name: string, from: Queryable = this.#db): Promise<number> {
    return (await from.get<{ position: number }>(SELECT, name))?.position ?? 0
  }

  async set(tx: Transaction, name: string, position: number): Promise<void> {
    await tx.run(UPSERT, name, position)
  }
}
