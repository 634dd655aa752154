import type { Database } from './database.ts'

/** `postgres://…`, `postgresql://…`, `sqlite:FILE`, or a plain path of an SQLite file (`:memory:` too). */
export function openDatabase(location: string): Promise<Database> {
  if (/^postgres(?:ql)?:\/\//.test(location)) return openPostgres(location)
  return openSqlite(location.startsWith('sqlite:') ? location.slice('sqlite:'.length) : location)
}

// Each driver is loaded only where it is used: the other would take memory for nothing.

export async function openSqlite(file: string): Promise<Database> {
  return (await import('./sqlite/open-sqlite.ts')).openSqlite(file)
}

export async function openPostgres(url: string): Promise<Database> {
  return (await import('./postgres/open-postgres.ts')).openPostgres(url)
}
