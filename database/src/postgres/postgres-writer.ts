import type pg from 'pg'
import type { Transaction } from '../database.ts'
import type { Effects, GroupEngine } from '../group-writer.ts'
import { TransactionEnd } from '../transaction-end.ts'
import { PostgresLink } from './postgres-link.ts'
import { PostgresTransaction } from './postgres-transaction.ts'

/** The one writing connection, opened again for the next group after it was lost. */
export class PostgresWriter implements GroupEngine {
  readonly #config: pg.ClientConfig
  #link: PostgresLink | undefined
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
    const end = new TransactionEnd(effects)
    const tx = new PostgresTransaction(this.#current(), end)
    this.#member = tx
    return {
      tx,
      close() {
        end.close()
        return end.failure
      },
    }
  }

  async end(): Promise<void> {
    const link = this.#link
    this.#link = undefined
    await link?.client.end()
  }

  async #connect(): Promise<PostgresLink> {
    const link = new PostgresLink(this.#config)
    const forget = (): void => {
      if (this.#link === link) this.#link = undefined
    }
    link.client.on('error', forget)
    link.client.on('end', forget)
    await link.client.connect()
    this.#link = link
    return link
  }

  #current(): PostgresLink {
    if (!this.#link) throw new Error('connection to the database was lost')
    return this.#link
  }
}
