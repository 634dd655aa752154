import { Socket } from 'node:net'
import pg from 'pg'
import type { SqlValue } from '../database.ts'
import { postgresQuery } from './postgres-query.ts'

/** A connection on which statements go out without waiting for the answers to those before: the wire keeps their order. */
export class PostgresLink {
  readonly client: pg.Client
  readonly #socket = new Socket()
  #isHeld = false

  constructor(config: pg.ClientConfig) {
    this.client = new pg.Client({ ...config, pipeline: true, stream: () => this.#socket })
  }

  query(sql: string, params: readonly SqlValue[]): Promise<pg.QueryResult> {
    this.#hold()
    return postgresQuery(this.client, sql, params)
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
