import { Socket } from 'node:net'
import pg from 'pg'
import { checkValues, explained } from './data-error.ts'
import type { Database, SqlValue, Transaction } from './database.ts'
import { GroupWriter, type Effects, type GroupEngine } from './group-writer.ts'

const BOOLEAN = 16
const INT8 = 20
const NUMERIC = 1700

/** int8 and numeric come as text from the wire; every count and id of ours fits a double exactly. */
function typeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === INT8 || oid === NUMERIC) return Number
  if (oid === BOOLEAN) return (text) => (text === 't' ? 1 : 0)
  return (pg.types.getTypeParser as (id: number, format?: string) => (text: string) => unknown)(oid, format)
}

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

async function query(client: pg.Client | pg.Pool, text: string, values: readonly SqlValue[]): Promise<pg.QueryResult> {
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

class PostgresTransaction implements Transaction {
  readonly #link: Link
  readonly #effects: Effects
  #isOpen = true
  #failure: unknown
  /** Settles when all posted statements have. */
  #posted: Promise<void> | undefined

  constructor(link: Link, effects: Effects) {
    this.#link = link
    this.#effects = effects
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
      this.#failure ??= error
      throw error
    }
    this.#posted = this.#use()
      .query(sql, params)
      .then(
        () => {},
        (error: unknown) => {
          this.#failure ??= error
        },
      )
  }

  /** What a posted statement failed with, as far as that is known. */
  get failure(): unknown {
    return this.#failure
  }

  /** After a posted statement failed, what follows fails for its sake only. */
  async explain(error: unknown): Promise<unknown> {
    await this.#posted
    return this.#failure ?? error
  }

  onCommit(effect: () => void): void {
    this.#effects.committed.push(effect)
  }

  onUndone(effect: () => void): void {
    this.#effects.undone.push(effect)
  }

  close(): void {
    this.#isOpen = false
  }

  async #query(sql: string, params: readonly SqlValue[]): Promise<pg.QueryResult> {
    try {
      return await this.#use().query(sql, params)
    } catch (error) {
      throw await this.explain(error)
    }
  }

  #use(): Link {
    if (!this.#isOpen) throw new Error('transaction used after its end')
    return this.#link
  }
}

/** A connection on which statements go out without waiting for the answers to those before: the wire keeps their order. */
class Link {
  readonly client: pg.Client
  readonly #socket = new Socket()
  #isHeld = false

  constructor(config: pg.ClientConfig) {
    this.client = new pg.Client({ ...config, pipeline: true, stream: () => this.#socket })
  }

  query(sql: string, params: readonly SqlValue[]): Promise<pg.QueryResult> {
    this.#hold()
    return query(this.client, sql, params)
  }

  command(text: string): Promise<pg.QueryResult> {
    this.#hold()
    return this.client.query(text)
  }

  /** What is sent in one go of the event loop leaves in one packet. */
  #hold(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    this.#socket.cork()
    process.nextTick(() => {
      this.#isHeld = false
      this.#socket.uncork()
    })
  }
}

/** The one writing connection, opened again for the next group after it was lost. */
class WriteConnection implements GroupEngine {
  readonly #config: pg.ClientConfig
  #link: Link | undefined
  #member: PostgresTransaction | undefined

  constructor(config: pg.ClientConfig) {
    this.#config = config
  }

  async begin(): Promise<void> {
    const link = this.#link ?? (await this.#connect())
    await link.command('begin')
  }

  /** Not waited for: when it fails, so does what follows. */
  savepoint(): void {
    this.#current()
      .command('savepoint member')
      .catch(() => {})
  }

  /** By its answer every statement before has succeeded. */
  async release(): Promise<void> {
    try {
      await this.#current().command('release savepoint member')
    } catch (error) {
      throw (await this.#member?.explain(error)) ?? error
    }
  }

  async rollbackTo(): Promise<void> {
    await this.#current().command('rollback to savepoint member')
    await this.#current().command('release savepoint member')
  }

  async commit(): Promise<void> {
    const { command } = await this.#current().command('commit')
    if (command !== 'COMMIT') throw new Error('the group was rolled back instead of committed')
  }

  async rollback(): Promise<void> {
    await this.#link?.command('rollback')
  }

  gather(): void {}

  open(effects: Effects): { tx: Transaction; close: () => unknown } {
    const tx = new PostgresTransaction(this.#current(), effects)
    this.#member = tx
    return {
      tx,
      close() {
        tx.close()
        return tx.failure
      },
    }
  }

  async end(): Promise<void> {
    const link = this.#link
    this.#link = undefined
    await link?.client.end()
  }

  async #connect(): Promise<Link> {
    const link = new Link(this.#config)
    const forget = (): void => {
      if (this.#link === link) this.#link = undefined
    }
    link.client.on('error', forget)
    link.client.on('end', forget)
    await link.client.connect()
    this.#link = link
    return link
  }

  #current(): Link {
    if (!this.#link) throw new Error('connection to the database was lost')
    return this.#link
  }
}

class PostgresDatabase implements Database {
  readonly engine = 'postgres'
  readonly #pool: pg.Pool
  readonly #connection: WriteConnection
  readonly #writer: GroupWriter

  constructor(config: pg.ClientConfig) {
    this.#pool = new pg.Pool({ ...config, max: 8 })
    // An idle connection that breaks is replaced by the pool at the next read.
    this.#pool.on('error', () => {})
    this.#connection = new WriteConnection(config)
    this.#writer = new GroupWriter(this.#connection)
  }

  async get<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row | undefined> {
    return (await query(this.#pool, sql, params)).rows[0] as Row | undefined
  }

  async all<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row[]> {
    return (await query(this.#pool, sql, params)).rows as Row[]
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#writer.transaction(work)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close()
    await this.#connection.end()
    await this.#pool.end()
  }
}

export async function openPostgres(url: string): Promise<Database> {
  const config: pg.ClientConfig = {
    connectionString: url,
    types: { getTypeParser: typeParser as pg.CustomTypesConfig['getTypeParser'] },
  }
  const database = new PostgresDatabase(config)
  try {
    await database.get('select 1 as one')
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
  return database
}
