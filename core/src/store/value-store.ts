import type { Database } from '@pons/database'
import type { JsonValue } from '@pons/matrix'
import type { NetworkStore } from '../network/bridge-host.ts'

/** The adapter's own durable values. */
export class ValueStore implements NetworkStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async get(key: string): Promise<JsonValue | undefined> {
    const sql = 'SELECT value FROM bridge_value WHERE network = $1 AND name = $2'
    const row = await this.#db.get<{ value: string }>(sql, this.#network, key)
    return row && (JSON.parse(row.value) as JsonValue)
  }

  async set(key: string, value: JsonValue): Promise<void> {
    const sql = `INSERT INTO bridge_value (network, name, value) VALUES ($1, $2, $3)
      ON CONFLICT (network, name) DO UPDATE SET value = excluded.value`
    await this.#db.transaction((tx) => tx.run(sql, this.#network, key, JSON.stringify(value)))
  }

  async delete(key: string): Promise<void> {
    const sql = 'DELETE FROM bridge_value WHERE network = $1 AND name = $2'
    await this.#db.transaction((tx) => tx.run(sql, this.#network, key))
  }

  async list(prefix: string): Promise<{ key: string; value: JsonValue }[]> {
    // Not LIKE: a prefix may contain its wildcards. Not a range: PostgreSQL compares by locale.
    const sql = `SELECT name, value FROM bridge_value
      WHERE network = $1 AND substr(name, 1, length($2)) = $2 ORDER BY name`
    const rows = await this.#db.all<{ name: string; value: string }>(sql, this.#network, prefix)
    return rows.map((row) => ({ key: row.name, value: JSON.parse(row.value) as JsonValue }))
  }
}
