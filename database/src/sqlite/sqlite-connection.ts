import type BetterSqlite from 'better-sqlite3'
import { checkValues, explained } from '../data-error.ts'
import type { SqlValue } from '../database.ts'
import { positional } from '../sql-text.ts'

interface Prepared {
  readonly statement: BetterSqlite.Statement<SqlValue[]>
  readonly order: readonly number[] | undefined
}

/** Statements are constants of the stores; the bound only protects against text built at run time. */
const MAX_STATEMENTS = 1000

/** One connection, with what it has prepared. */
export class SqliteConnection {
  readonly raw: BetterSqlite.Database
  readonly #statements = new Map<string, Prepared>()

  constructor(raw: BetterSqlite.Database) {
    this.raw = raw
  }

  get(sql: string, params: readonly SqlValue[]): unknown {
    return this.#do(sql, params, (statement, values) => statement.get(...values))
  }

  all(sql: string, params: readonly SqlValue[]): unknown[] {
    return this.#do(sql, params, (statement, values) => statement.all(...values))
  }

  run(sql: string, params: readonly SqlValue[]): number {
    return this.#do(sql, params, (statement, values) => statement.run(...values)).changes
  }

  #do<T>(
    sql: string,
    params: readonly SqlValue[],
    work: (statement: Prepared['statement'], values: readonly SqlValue[]) => T,
  ): T {
    checkValues(params)
    const { statement, order } = this.#prepare(sql)
    try {
      return work(statement, arrange(order, params))
    } catch (error) {
      throw explained(error, isOfData)
    }
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#statements.get(sql)
    if (!prepared) {
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear()
      const { text, order } = positional(sql)
      prepared = { statement: this.raw.prepare<SqlValue[]>(text), order }
      this.#statements.set(sql, prepared)
    }
    return prepared
  }
}

function isOfData(code: string): boolean {
  return code.startsWith('SQLITE_CONSTRAINT') || code === 'SQLITE_MISMATCH' || code === 'SQLITE_TOOBIG'
}

function arrange(order: readonly number[] | undefined, params: readonly SqlValue[]): readonly SqlValue[] {
  if (!order) return params
  return order.map((index) => {
    const value = params[index]
    if (value === undefined) throw new TypeError(`no value for $${index + 1}`)
    return value
  })
}
