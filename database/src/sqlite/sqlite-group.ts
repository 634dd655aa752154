import BetterSqlite from 'better-sqlite3'
import type { GroupEngine } from '../group-writer.ts'
import { TransactionEnd } from '../transaction-end.ts'
import type { Checkpointer } from './checkpointer.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { SqliteTransaction } from './sqlite-transaction.ts'
import type { WriteAheadLog } from './write-ahead-log.ts'

/** Of a database in a file. */
export interface SqliteLog {
  readonly written: WriteAheadLog
  readonly checkpointer: Checkpointer
}

/** How a group is written to SQLite. @param log of a database in a file */
export function sqliteGroup(connection: SqliteConnection, log: SqliteLog | undefined): GroupEngine {
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
      const end = new TransactionEnd(effects)
      return {
        tx: new SqliteTransaction(connection, end),
        close() {
          end.close()
          return end.failure
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
