import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openPostgres, openSqlite, type Database } from '../src/index.ts'

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database
  /** Opens the same data again, as a second process would. */
  reopen(): Promise<Database>
}

/** One entry per engine that can be tested here; PostgreSQL needs TEST_POSTGRES_URL. */
export const engines: { name: string; open: (() => Promise<TestDatabase>) | undefined }[] = [
  { name: 'SQLite file', open: openFile },
  { name: 'SQLite in memory', open: openMemory },
  { name: 'PostgreSQL', open: process.env['TEST_POSTGRES_URL'] === undefined ? undefined : openPostgresSchema },
]

async function openFile(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-database-'))
  const file = join(folder, 'test.db')
  const database = await openSqlite(file)
  return {
    database,
    reopen: () => openSqlite(file),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

async function openMemory(): Promise<TestDatabase> {
  const database = await openSqlite(':memory:')
  return {
    database,
    reopen: async () => database,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

async function openPostgresSchema(): Promise<TestDatabase> {
  const url = new URL(process.env['TEST_POSTGRES_URL'] ?? '')
  const schema = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: url.href })
  await admin.connect()
  await admin.query(`create schema ${schema}`)
  url.searchParams.set('options', `-c search_path=${schema}`)
  const database = await openPostgres(url.href)
  return {
    database,
    reopen: () => openPostgres(url.href),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await admin.query(`drop schema ${schema} cascade`)
      await admin.end()
    },
  }
}
