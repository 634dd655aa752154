import { readdirSync, readFileSync } from 'node:fs'
import type { Database, Transaction } from './database.ts'
import { statementsFor } from './sql-text.ts'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  /** Programs that know migrations up to this number can still run on the schema this migration leaves. */
  readonly oldestProgram: number
}

export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

const FILE_NAME = /^(\d{4})-([a-z0-9-]+)\.sql$/

/**
 * Reads `0001-name.sql` files in order; their numbers must run 1, 2, 3 … without a gap. `-- oldest-program: 3` in a file
 * says that programs which end at migration 3 can still use the result; without it only programs that know the file can.
 */
export function readMigrations(folder: URL): Migration[] {
  const migrations: Migration[] = []
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.sql')) continue
    const [, digits, name] = FILE_NAME.exec(file) ?? []
    if (digits === undefined || name === undefined) throw new MigrationError(`not a migration file name: ${file}`)
    const number = Number(digits)
    if (number !== migrations.length + 1) throw new MigrationError(`migration ${migrations.length + 1} is missing`)
    const sql = readFileSync(new URL(file, folder), 'utf8')
    const oldest = /^--[ \t]*oldest-program:[ \t]*(\d+)[ \t]*$/m.exec(sql)?.[1]
    migrations.push({ number, name, sql, oldestProgram: oldest === undefined ? number : Number(oldest) })
  }
  return migrations
}

const CREATE_VERSIONS = `create table if not exists schema_version (
  program text primary key, version bigint not null, oldest_program bigint not null)`
const SELECT_VERSION = 'select version, oldest_program from schema_version where program = $1'
const UPSERT_VERSION = `insert into schema_version (program, version, oldest_program) values ($1, $2, $3)
  on conflict (program) do update set version = excluded.version, oldest_program = excluded.oldest_program`

export interface MigrateOptions {
  /** Programs keep separate version rows, so that they may share a database. */
  readonly program: string
  readonly migrations: readonly Migration[]
}

/** Brings the schema up to date, each step in a transaction of its own; returns the names of the steps that ran. */
export async function migrate(db: Database, { program, migrations }: MigrateOptions): Promise<string[]> {
  await db.transaction(async (tx) => {
    await lock(db, tx)
    await tx.run(CREATE_VERSIONS)
  })
  const newest = migrations.at(-1)?.number ?? 0
  const applied: string[] = []
  for (const migration of migrations) {
    const ran = await db.transaction((tx) => step(db, tx, { program, migration, newest }))
    if (ran) applied.push(migration.name)
  }
  return applied
}

interface Step {
  readonly program: string
  readonly migration: Migration
  readonly newest: number
}

async function step(db: Database, tx: Transaction, { program, migration, newest }: Step): Promise<boolean> {
  await lock(db, tx)
  const row = await tx.get<{ version: number; oldest_program: number }>(SELECT_VERSION, program)
  if (row && row.oldest_program > newest) {
    throw new MigrationError(
      `the database is newer than this program: ${program} is at version ${row.version}, this program ends at ${newest}`,
    )
  }
  if (row && row.version >= migration.number) return false
  for (const statement of statementsFor(migration.sql, db.engine)) await tx.run(statement)
  await tx.run(UPSERT_VERSION, program, migration.number, migration.oldestProgram)
  return true
}

/** Two processes that start at once must not both migrate; SQLite's write lock does the same by itself. */
async function lock(db: Database, tx: Transaction): Promise<void> {
  if (db.engine === 'postgres') await tx.get('select pg_advisory_xact_lock(7215302)')
}
