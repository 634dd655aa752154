import type { Intake } from '@pons/core'
import type { TelegramClient } from 'telegram'
import type { ConnectionNews } from './connection-news.ts'
import type { AccountConnection } from './protocol/account-connection.ts'
import type { AccountStore } from './protocol/account-store.ts'
import type { SessionData } from './protocol/tapped-session.ts'
import type { UpdateEngine } from './protocol/update-engine.ts'
import { watchConnection, type ConnectionState } from './protocol/watch-connection.ts'
import { storedSession } from './stored-session.ts'
import { storedState } from './stored-state.ts'

export interface AccountLifeParts {
  readonly store: AccountStore
  readonly news: ConnectionNews
  readonly connection: AccountConnection
  readonly intake: Intake
  readonly engine: UpdateEngine
  readonly makeClient: (session: SessionData) => TelegramClient
  /** Once after a login, when everything is counted. */
  readonly begin: () => Promise<void>
}

const connectPatienceMs = 20_000

/** How an account begins, what it does when its connection comes and goes, and how it ends. */
export class AccountLife {
  readonly #parts: AccountLifeParts

  constructor(parts: AccountLifeParts) {
    this.#parts = parts
    parts.news.over.addEventListener(
      'abort',
      () => void this.stop().catch((error: unknown) => parts.news.failed(error)),
    )
  }

  /** Connects and takes up what was missed; resolves when the account is there, or stopped. */
  async start(): Promise<void> {
    const { store, news, connection, makeClient } = this.#parts
    const session = await storedSession(store)
    if (session === undefined) return news.ended('the login is not complete')
    news.connecting()
    try {
      const client = makeClient(session)
      await this.#dial(client)
      if (connection.signal.aborted) return
      watchConnection(client, (state) => this.#onConnection(state))
      await this.#takeUp()
    } catch (error) {
      news.failed(error)
      if (!connection.signal.aborted) throw error
    }
  }

  async stop(): Promise<void> {
    const { news, connection, intake, engine } = this.#parts
    news.stop()
    connection.giveUp()
    await intake.stop()
    await engine.settled().catch(() => undefined)
    await connection.close()
  }

  async #dial(client: TelegramClient): Promise<void> {
    const { news, connection } = this.#parts
    const timer = setTimeout(() => news.late(), connectPatienceMs)
    try {
      await connection.dial(client)
    } finally {
      clearTimeout(timer)
    }
  }

  async #takeUp(): Promise<void> {
    const { store, news, engine, begin } = this.#parts
    const { common, channels, hasBegun } = await storedState(store)
    // Counting comes first: what is written while the chats are listed must not fall between the two.
    await engine.start(common, channels)
    if (!hasBegun) await begin()
    news.connected()
  }

  #onConnection(state: ConnectionState): void {
    const { news, engine } = this.#parts
    if (state !== 'connected') return news.changed(state)
    engine.resync().then(
      () => news.connected(),
      (error: unknown) => news.failed(error),
    )
  }
}
