import type pg from 'pg'
import { checkValues, explained } from '../data-error.ts'
import type { SqlValue } from '../database.ts'

/** Statements are prepared by name once per connection; the text decides the name. */
class StatementNames {
  readonly #names = new Map<string, string>()

  of(sql: string): string {
    let name = this.#names.get(sql)
    if (name === undefined) {
      name = `pons_${this.#names.size + 1}`
      this.#names.set(sql, name)
    }
    return name
  }
}

const names = new StatementNames()

/** One statement, prepared once a connection. @throws DataError for what the database will never take */
export async function postgresQuery(
  client: pg.Client | pg.Pool,
  text: string,
  values: readonly SqlValue[],
): Promise<pg.QueryResult> {
  checkValues(values)
  try {
    return await client.query({ name: names.of(text), text, values: [...values] })
  } catch (error) {
    throw explained(error, isOfData)
  }
}

/** SQLSTATE classes: data exception, integrity constraint violation, and what is larger than an index can hold. */
function isOfData(code: string): boolean {
  return code.startsWith('22') || code.startsWith('23') || code === '54000'
}
