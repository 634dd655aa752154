import type pg from 'pg'
import { checkValues } from '../data-error.ts'
import type { SqlValue, Transaction } from '../database.ts'
import type { TransactionEnd } from '../transaction-end.ts'
import type { PostgresLink } from './postgres-link.ts'

/** One member of the group that the link has open. */
export class PostgresTransaction implements Transaction {
  readonly #link: PostgresLink
  readonly #end: TransactionEnd
  /** Settles when all posted statements have. */
  #posted: Promise<void> | undefined

  constructor(link: PostgresLink, end: TransactionEnd) {
    this.#link = link
    this.#end = end
  }

  async get<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row | undefined> {
    return (await this.#query(sql, params)).rows[0] as Row | undefined
  }

  async all<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row[]> {
    return (await this.#query(sql, params)).rows as Row[]
  }

  async run(sql: string, ...params: readonly SqlValue[]): Promise<number> {
    return (await this.#query(sql, params)).rowCount ?? 0
  }

  post(sql: string, ...params: readonly SqlValue[]): void {
    try {
      // At once: what is not sent fails nothing that follows.
      checkValues(params)
    } catch (error) {
      this.#end.failed(error)
      throw error
    }
    this.#posted = this.#use()
      .query(sql, params)
      .then(
        () => {},
        (error: unknown) => {
          this.#end.failed(error)
        },
      )
  }

  /** After a posted statement failed, what follows fails for its sake only. */
  async explain(error: unknown): Promise<unknown> {
    await this.#posted
    return this.#end.failure ?? error
  }

  onCommit(effect: () => void): void {
    this.#end.onCommit(effect)
  }

  onUndone(effect: () => void): void {
    this.#end.onUndone(effect)
  }

  async #query(sql: string, params: readonly SqlValue[]): Promise<pg.QueryResult> {
    try {
      return await this.#use().query(sql, params)
    } catch (error) {
      throw await this.explain(error)
    }
  }

  #use(): PostgresLink {
    this.#end.requireOpen()
    return this.#link
  }
}
