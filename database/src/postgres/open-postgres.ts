import pg from 'pg'
import type { Database, SqlValue, Transaction } from '../database.ts'
import { GroupWriter } from '../group-writer.ts'
import { postgresQuery } from './postgres-query.ts'
import { PostgresWriter } from './postgres-writer.ts'

const BOOLEAN = 16
const INT8 = 20
const NUMERIC = 1700

/** int8 and numeric come as text from the wire; every count and id of ours fits a double exactly. */
function typeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === INT8 || oid === NUMERIC) return Number
  if (oid === BOOLEAN) return (text) => (text === 't' ? 1 : 0)
  return (pg.types.getTypeParser as (id: number, format?: string) => (text: string) => unknown)(oid, format)
}

class PostgresDatabase implements Database {
  readonly engine = 'postgres'
  readonly #pool: pg.Pool
  readonly #connection: PostgresWriter
  readonly #writer: GroupWriter

  constructor(config: pg.ClientConfig) {
    this.#pool = new pg.Pool({ ...config, max: 8 })
    // An idle connection that breaks is replaced by the pool at the next read.
    this.#pool.on('error', () => {})
    this.#connection = new PostgresWriter(config)
    this.#writer = new GroupWriter(this.#connection)
  }

  async get<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row | undefined> {
    return (await postgresQuery(this.#pool, sql, params)).rows[0] as Row | undefined
  }

  async all<Row extends object>(sql: string, ...params: readonly SqlValue[]): Promise<Row[]> {
    return (await postgresQuery(this.#pool, sql, params)).rows as Row[]
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
