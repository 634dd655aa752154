import type { Database, SqlValue, Transaction } from '../database.ts'
import { GroupWriter } from '../group-writer.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { sqliteGroup, type SqliteLog } from './sqlite-group.ts'

/** One connection writes, another reads. */
export class SqliteDatabase implements Database {
  readonly engine = 'sqlite'
  readonly #write: SqliteConnection
  /** The same connection as `#write` for a database in memory. */
  readonly #read: SqliteConnection
  readonly #writer: GroupWriter
  readonly #log: SqliteLog | undefined

  constructor(write: SqliteConnection, read: SqliteConnection, log?: SqliteLog) {
    this.#write = write
    this.#read = read
    this.#log = log
    this.#writer = new GroupWriter(sqliteGroup(write, log))
  }

  async get<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row | undefined> {
    for (let other = this.#other(); other; other = this.#other()) await other
    return this.#read.get(sql, params) as Row | undefined
  }

  async all<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row[]> {
    for (let other = this.#other(); other; other = this.#other()) await other
    return this.#read.all(sql, params) as Row[]
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#writer.transaction(work)
  }

  /**
   * What a read has to wait for; asked again until there is nothing, in the very turn of the read. In memory that is the open
   * group, whose connection it shares. In a file, what is committed could be read while it is on its way to the disk: but a power
   * cut could still take it back, and whoever keeps in memory what the database says has not been told of it yet.
   */
  #other(): Promise<void> | undefined {
    if (this.#read === this.#write) return this.#writer.isBusy ? this.#writer.idle() : undefined
    return this.#writer.telling
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close()
    await this.#log?.checkpointer[Symbol.asyncDispose]()
    this.#log?.written[Symbol.dispose]()
    if (this.#read !== this.#write) this.#read.raw.close()
    this.#write.raw.close()
  }
}
