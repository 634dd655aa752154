import { closeSync, openSync } from 'node:fs'
import BetterSqlite from 'better-sqlite3'
import { Checkpointer } from './checkpointer.ts'
import { checkValues, explained } from './data-error.ts'
import type { Database, SqlValue, Transaction } from './database.ts'
import { GroupWriter, type Effects, type GroupEngine } from './group-writer.ts'
import { positional } from './sql-text.ts'
import { syncData, WriteAheadLog, type SyncData } from './write-ahead-log.ts'

interface Prepared {
  readonly statement: BetterSqlite.Statement<SqlValue[]>
  readonly order: readonly number[] | undefined
}

/** Statements are constants of the stores; the bound only protects against text built at run time. */
const MAX_STATEMENTS = 1000

class Connection {
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

class SqliteTransaction implements Transaction {
  readonly #connection: Connection
  readonly #effects: Effects
  #isOpen = true
  #failure: unknown

  constructor(connection: Connection, effects: Effects) {
    this.#connection = connection
    this.#effects = effects
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
      this.#failure ??= error
      throw error
    }
  }

  /** What a posted statement failed with. */
  get failure(): unknown {
    return this.#failure
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

  #use(): Connection {
    if (!this.#isOpen) throw new Error('transaction used after its end')
    return this.#connection
  }
}

function groupEngine(connection: Connection, log: Log | undefined): GroupEngine {
  const { raw } = connection
  const changes = raw.prepare<[], number>('select total_changes()').pluck()
  let changed = 0
  const savepoint = raw.prepare('savepoint member')
  const release = raw.prepare('release member')
  const rollbackTo = raw.prepare('rollback to member')
  const begin = raw.prepare('begin immediate')
  const commit = raw.prepare('commit')
  return {
    begin: () => {
      log?.written.check()
      const turn = log?.checkpointer.turn()
      const start = (): Promise<void> | void => patiently(() => void begin.run())
      return turn ? turn.then(start) : start()
    },
    savepoint: () => void savepoint.run(),
    release: () => void release.run(),
    rollbackTo: () => {
      rollbackTo.run()
      release.run()
    },
    commit: () => {
      commit.run()
      if (!log) return
      const before = changed
      changed = changes.get() ?? before
      log.checkpointer.wrote(changed - before)
      return log.written.sync()
    },
    rollback: () => {
      if (raw.inTransaction) raw.exec('rollback')
    },
    // Requests whose bytes have arrived are let in before the commit, for each is a sync of the disk.
    gather: () => new Promise((resolve) => setImmediate(resolve)),
    open(effects) {
      const tx = new SqliteTransaction(connection, effects)
      return {
        tx,
        close() {
          tx.close()
          return tx.failure
        },
      }
    },
  }
}

const BUSY_DEADLINE_MS = 10_000

/**
 * Waits while somebody else writes to the file, without blocking the event loop: the other writer may live in this very
 * process, and could not finish.
 */
function patiently(begin: () => void): Promise<void> | void {
  try {
    begin()
  } catch (error) {
    if (!isBusy(error)) throw error
    return retry(begin, Date.now() + BUSY_DEADLINE_MS)
  }
}

async function retry(begin: () => void, deadline: number): Promise<void> {
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    try {
      return begin()
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

/** Of a database in a file. */
interface Log {
  readonly written: WriteAheadLog
  readonly checkpointer: Checkpointer
}

class SqliteDatabase implements Database {
  readonly engine = 'sqlite'
  readonly #write: Connection
  /** The same connection as `#write` for a database in memory. */
  readonly #read: Connection
  readonly #writer: GroupWriter
  readonly #log: Log | undefined

  constructor(write: Connection, read: Connection, log?: Log) {
    this.#write = write
    this.#read = read
    this.#log = log
    this.#writer = new GroupWriter(groupEngine(write, log))
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

function logOf(file: string, write: BetterSqlite.Database, sync: SyncData): Log {
  const checkpointer = new Checkpointer(file, () => write.pragma('wal_autocheckpoint = 1000'))
  return { written: new WriteAheadLog(file, sync), checkpointer }
}

/** Opens or creates the file. A commit that resolved survives a power cut. */
export async function openSqlite(file: string, sync: SyncData = syncData): Promise<Database> {
  // For its owner alone, whatever the umask; SQLite gives the files beside it the same mode.
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600))
  const write = new BetterSqlite(file)
  try {
    write.pragma('busy_timeout = 5000')
    write.pragma('auto_vacuum = incremental')
    // Not every file system has it, and then SQLite syncs by itself.
    const isLogged = write.pragma('journal_mode = wal', { simple: true }) === 'wal'
    write.pragma(`synchronous = ${isLogged ? 'normal' : 'full'}`)
    write.pragma('wal_autocheckpoint = 0')
    write.pragma('cache_size = -16000')
    write.pragma('temp_store = memory')
    write.pragma('busy_timeout = 0')
    const writer = new Connection(write)
    if (file === ':memory:') return new SqliteDatabase(writer, writer)
    const read = new BetterSqlite(file, { readonly: true })
    read.pragma('cache_size = -4000')
    return new SqliteDatabase(writer, new Connection(read), isLogged ? logOf(file, write, sync) : undefined)
  } catch (error) {
    write.close()
    throw error
  }
}
