import type { Database, Transaction } from '@pons/database'
import type { JsonValue } from '@pons/matrix'
import type { NetworkStore, StoreWrite } from '../network/bridge-host.ts'

interface ValueRow {
  name: string
  value: string
}

const upsert = `insert into bridge_value (network, name, value) values ($1, $2, $3)
  on conflict (network, name) do update set value = excluded.value`
const remove = 'delete from bridge_value where network = $1 and name = $2'
const selectOne = 'select value from bridge_value where network = $1 and name = $2'
const range = 'network = $1 AND name >= $2 AND name < $3'

/** The adapter's own durable values. */
export class ValueStore implements NetworkStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async get(key: string): Promise<JsonValue | undefined> {
    const row = await this.#db.get<{ value: string }>(selectOne, this.#network, key)
    return row && (JSON.parse(row.value) as JsonValue)
  }

  async getMany(keys: readonly string[]): Promise<ReadonlyMap<string, JsonValue>> {
    const found = new Map<string, JsonValue>()
    if (keys.length === 0) return found
    const places = keys.map((_key, index) => `$${index + 2}`)
    for (let start = 0; start < keys.length; start += maxParameters) {
      const some = keys.slice(start, start + maxParameters)
      const sql = `select name, value from bridge_value where network = $1 and name in (${places.slice(0, some.length).join(', ')})`
      for (const row of await this.#db.all<ValueRow>(sql, this.#network, ...some)) {
        found.set(row.name, JSON.parse(row.value) as JsonValue)
      }
    }
    return found
  }

  async set(key: string, value: JsonValue): Promise<void> {
    await this.write([{ key, value }])
  }

  async delete(key: string): Promise<void> {
    await this.write([{ key, value: undefined }])
  }

  async write(writes: readonly StoreWrite[]): Promise<void> {
    if (writes.length > 0) await this.#db.transaction((tx) => this.writeIn(tx, writes))
  }

  /** As a part of something larger. */
  async writeIn(tx: Transaction, writes: readonly StoreWrite[]): Promise<void> {
    for (const { key, value } of writes) {
      if (value === undefined) tx.post(remove, this.#network, key)
      else tx.post(upsert, this.#network, key, JSON.stringify(value))
    }
  }

  async list(prefix: string): Promise<{ key: string; value: JsonValue }[]> {
    const sql = `select name, value from bridge_value where ${range} order by name`
    const rows = await this.#db.all<ValueRow>(sql, this.#network, prefix, endOf(prefix))
    return rows.map((row) => ({ key: row.name, value: JSON.parse(row.value) as JsonValue }))
  }

  async deleteAll(prefix: string): Promise<void> {
    await this.#db.transaction((tx) =>
      tx.run(`delete from bridge_value where ${range}`, this.#network, prefix, endOf(prefix)),
    )
  }
}

/** Well under what either engine binds in one statement. */
const maxParameters = 500

/** No text that begins with the prefix comes after it, by code points. */
function endOf(prefix: string): string {
  return `${prefix}\u{10ffff}`
}
