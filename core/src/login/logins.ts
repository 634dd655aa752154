import type { Database } from '@pons/database'
import type { UserId, Clock } from '@pons/matrix'
import type { Logger } from 'pino'
import { BridgeError } from '../bridge-error.ts'
import type { ChatKey, RemoteUser } from '../network/chat.ts'
import type { NetworkConnector, StoredLogin } from '../network/connector.ts'
import type { LoginId } from '../network/ids.ts'
import type { LoginResult } from '../network/login-flow.ts'
import type { NetworkClient } from '../network/network-client.ts'
import { runInNetwork } from '../supervision/network-scope.ts'
import { LoginStore } from '../storage/login-store.ts'
import { isPerson } from './is-person.ts'
import { LoginEndings } from './login-endings.ts'
import { cleanText } from '../text/clean-text.ts'

/** Of one person. */
const mostLogins = 20

export interface ActiveLogin {
  readonly record: StoredLogin
  readonly client: NetworkClient
  readonly isPreferred: boolean
}

export interface LoginsParts {
  readonly db: Database
  readonly connector: NetworkConnector
  readonly logger: Logger
  readonly clock: Clock
}

/** Every stored login with its client. A relay is not here: it belongs to nobody. */
export class Logins {
  readonly #db: Database
  readonly #store: LoginStore
  readonly #connector: NetworkConnector
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #active = new Map<LoginId, ActiveLogin>()
  readonly endings = new LoginEndings()
  readonly #loggedOut = new Map<UserId, number>()

  constructor({ db, connector, logger, clock }: LoginsParts) {
    this.#db = db
    this.#clock = clock
    this.#store = new LoginStore(db, connector.info.id)
    this.#connector = connector
    this.#logger = logger
  }

  /** Builds the clients of all stored logins; none dials yet. */
  async load(): Promise<void> {
    for (const record of await this.#store.all()) {
      this.#active.set(record.id, {
        record,
        client: this.#connector.loadLogin(record),
        isPreferred: record.isPreferred,
      })
    }
  }

  /** Side by side: one login that hangs keeps no other waiting. */
  async connectAll(): Promise<void> {
    const connecting = this.all().map(async ({ record, client }) => {
      await client.connect().catch((error: unknown) => {
        this.#logger.error({ err: error, loginId: record.id }, 'login could not start')
      })
    })
    await Promise.all(connecting)
  }

  async disconnectAll(): Promise<void> {
    await Promise.allSettled([...this.#active.values()].map(({ client }) => client.disconnect()))
  }

  all(): ActiveLogin[] {
    return [...this.#active.values()]
  }

  ofUser(userId: UserId): ActiveLogin[] {
    const own = this.all().filter(({ record }) => record.owner === userId)
    return own.sort((a, b) => Number(b.isPreferred) - Number(a.isPreferred))
  }

  get(id: LoginId): ActiveLogin | undefined {
    return this.#active.get(id)
  }

  ownerOf(id: LoginId): UserId | undefined {
    return this.#active.get(id)?.record.owner
  }

  /**
   * The login whose own person that is. A chat that belongs to a login has that login's person in it and, for all it knows,
   * nobody else of ours: the other side has a room of its own for it.
   */
  ofPerson(user: Pick<RemoteUser, 'id' | 'aliases'>, { receiver }: Pick<ChatKey, 'receiver'>): ActiveLogin | undefined {
    if (receiver === undefined) {
      for (const login of this.#active.values()) if (isPerson(login.client, user)) return login
      return undefined
    }
    const login = this.#active.get(receiver)
    return login !== undefined && isPerson(login.client, user) ? login : undefined
  }

  /** The login through which that person speaks in that chat. */
  speakingFor(userId: UserId, chat: ChatKey): ActiveLogin | undefined {
    if (chat.receiver !== undefined) {
      const login = this.#active.get(chat.receiver)
      return login?.record.owner === userId ? login : undefined
    }
    return this.ofUser(userId).find(({ client }) => client.serves(chat))
  }

  /** Did that person log out after that moment? What they wrote before was meant for their own name, and not for a relay's. */
  hasLoggedOutSince(userId: UserId, timestampMs: number): boolean {
    return (this.#loggedOut.get(userId) ?? -Infinity) >= timestampMs
  }

  /** @throws BridgeError when that person has as many logins as one may have */
  requireRoom(owner: UserId): void {
    if (this.ofUser(owner).length < mostLogins) return
    throw new BridgeError(`You have ${mostLogins} logins; more are not allowed. \`logout LOGIN\` ends one.`)
  }

  /** Stores a finished login and connects it; the same login again replaces what was known of it. */
  async add(owner: UserId, result: LoginResult): Promise<ActiveLogin> {
    const before = this.#active.get(result.id)
    if (before !== undefined && before.record.owner !== owner) {
      throw new BridgeError(`${result.remoteName} is logged in here already, by somebody else.`)
    }
    if (before === undefined) this.requireRoom(owner)
    const remoteName = cleanText(result.remoteName)
    const record: StoredLogin = { id: result.id, owner, remoteName, metadata: result.metadata }
    await this.#db.transaction((tx) => this.#store.put(tx, record))
    await before?.client.disconnect()
    const login: ActiveLogin = {
      record,
      client: this.#connector.loadLogin(record),
      isPreferred: before?.isPreferred ?? false,
    }
    this.#active.set(record.id, login)
    this.endings.begin(record.id)
    await runInNetwork(this.#connector.info.id, () => login.client.connect())
    return login
  }

  async remove(id: LoginId): Promise<void> {
    const login = this.#active.get(id)
    if (login === undefined) return
    // What waits for it is called off first: nobody else would.
    this.endings.end(id, 'you logged out')
    this.#loggedOut.set(login.record.owner, this.#clock.now())
    await login.client.logout().catch((error: unknown) => {
      this.#logger.warn({ err: error, loginId: id }, 'network did not confirm the logout')
    })
    await login.client.disconnect()
    await this.#db.transaction((tx) => this.#store.remove(tx, id))
    this.#active.delete(id)
  }

  async prefer(owner: UserId, id: LoginId): Promise<void> {
    await this.#db.transaction((tx) => this.#store.prefer(tx, owner, id))
    for (const login of this.ofUser(owner)) {
      this.#active.set(login.record.id, { ...login, isPreferred: login.record.id === id })
    }
  }
}
