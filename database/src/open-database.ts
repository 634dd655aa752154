import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** `postgres://…`, `postgresql://…`, `sqlite:FILE`, or a plain path of an SQLite file (`:memory:` too). */
export function openDatabase(location: string): Promise<Database> {
  if (/^postgres(?:ql)?:\/\//.test(location)) return openPostgres(location)
  return openSqlite(location.startsWith('sqlite:') ? location.slice('sqlite:'.length) : location)
}
