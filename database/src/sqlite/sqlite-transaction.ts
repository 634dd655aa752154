import type { SqlValue, Transaction } from '../database.ts'
import type { TransactionEnd } from '../transaction-end.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** One member of the group that the connection has open. */
export class SqliteTransaction implements Transaction {
  readonly #connection: SqliteConnection
  readonly #end: TransactionEnd

  constructor(connection: SqliteConnection, end: TransactionEnd) {
    this.#connection = connection
    this.#end = end
  }

  async get<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row | undefined> {
    return this.#use().get(sql, params) as Row | undefined
  }

  async all<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row[]> {
    return this.#use().all(sql, params) as Row[]
  }

  async run(sql: string, ...params: readonly SqlValue[]): Promise<number> {
    return this.#use().run(sql, params)
  }

  post(sql: string, ...params: readonly SqlValue[]): void {
    try {
      this.#use().run(sql, params)
    } catch (error) {
      this.#end.failed(error)
      throw error
    }
  }

  onCommit(effect: () => void): void {
    this.#end.onCommit(effect)
  }

  onUndone(effect: () => void): void {
    this.#end.onUndone(effect)
  }

  #use(): SqliteConnection {
    this.#end.requireOpen()
    return this.#connection
  }
}
