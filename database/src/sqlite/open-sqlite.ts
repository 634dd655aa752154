import { closeSync, openSync } from 'node:fs'
import BetterSqlite from 'better-sqlite3'
import type { Database } from '../database.ts'
import { Checkpointer } from './checkpointer.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import type { SqliteLog } from './sqlite-group.ts'
import { syncData, WriteAheadLog, type SyncData } from './write-ahead-log.ts'

function logOf(file: string, write: BetterSqlite.Database, sync: SyncData): SqliteLog {
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
    const writer = new SqliteConnection(write)
    if (file === ':memory:') return new SqliteDatabase(writer, writer)
    const read = new BetterSqlite(file, { readonly: true })
    read.pragma('cache_size = -4000')
    return new SqliteDatabase(writer, new SqliteConnection(read), isLogged ? logOf(file, write, sync) : undefined)
  } catch (error) {
    write.close()
    throw error
  }
}
