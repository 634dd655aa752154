import { randomBytes } from 'node:crypto'
import {
  isJsonObject,
  isUserId,
  MatrixError,
  ownValue,
  type JsonObject,
  type ServerName,
  type UserId,
} from '@pons/matrix'
import QuickLRU from 'quick-lru'
import type { Accounts } from './accounts.ts'

/** What is to be allowed, and to whom. */
export interface Action {
  /** Such as method and path: what was proven for one action does not count for another. */
  readonly name: string
  /** Undefined for who has no account yet. */
  readonly userId: UserId | undefined
  readonly stage: 'm.login.password' | 'm.login.dummy'
  /** Guards each look at a password. */
  readonly attempt?: (check: () => Promise<boolean>) => Promise<boolean>
}

/**
 * User-interactive authentication, with flows of one stage: nothing is remembered of an attempt but which action its
 * session belongs to. https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
 */
export class InteractiveAuth {
  readonly #accounts: Accounts
  readonly #serverName: ServerName
  readonly #sessions = new QuickLRU<string, string>({ maxSize: 10_000 })
  readonly #registered = new QuickLRU<string, Promise<unknown>>({ maxSize: 10_000 })

  constructor(accounts: Accounts, serverName: ServerName) {
    this.#accounts = accounts
    this.#serverName = serverName
  }

  /**
   * Makes the account that a session was begun for, once: who did not hear the answer repeats the request, and the account is
   * theirs. `make` gives something else where there is no account yet, which is not remembered.
   */
  async registerOnce<Other>(
    { auth, username }: { auth?: JsonObject | undefined; username?: string | undefined },
    make: () => Promise<UserId | Other>,
  ): Promise<UserId | Other> {
    const session = auth && ownValue(auth, 'session')
    if (typeof session !== 'string') return make()
    const name = `${session} ${username ?? ''}`
    const begun = this.#registered.get(name) as Promise<UserId | Other> | undefined
    if (begun) return begun
    const making = make()
    this.#registered.set(name, making)
    const isMade = await making.then(
      (made) => typeof made === 'string',
      () => false,
    )
    if (!isMade) this.#registered.delete(name)
    return making
  }

  /** Undefined when the action may go on, otherwise the body of the 401 that asks for more. */
  async challenge(action: Action, auth: JsonObject | undefined): Promise<JsonObject | undefined> {
    const key = `${action.userId ?? ''} ${action.name}`
    const session = auth && ownValue(auth, 'session')
    if (typeof session === 'string' && this.#sessions.get(session) !== key) {
      throw new MatrixError('M_UNKNOWN', 'Unknown session of interactive authentication', { status: 400 })
    }
    if (!auth || ownValue(auth, 'type') === undefined) return this.#ask(action, key)
    if (await this.#isProven(action, auth)) {
      if (typeof session === 'string') this.#sessions.delete(session)
      return undefined
    }
    const asked = this.#ask(action, key, typeof session === 'string' ? session : undefined)
    return { ...asked, errcode: 'M_FORBIDDEN', error: 'That is not the password, or not a stage of this flow' }
  }

  #ask({ stage }: Action, key: string, known?: string): JsonObject {
    const session = known ?? randomBytes(15).toString('base64url')
    this.#sessions.set(session, key)
    return { flows: [{ stages: [stage] }], params: {}, session, completed: [] }
  }

  async #isProven({ stage, userId, attempt }: Action, auth: JsonObject): Promise<boolean> {
    if (ownValue(auth, 'type') !== stage) return false
    if (stage === 'm.login.dummy') return true
    const password = ownValue(auth, 'password')
    if (typeof password !== 'string' || userId === undefined) return false
    const named = this.#named(auth)
    if (named === undefined || (await this.#accounts.meant(named)) !== userId) return false
    const check = (): Promise<boolean> => this.#accounts.checkPassword(userId, password)
    return attempt ? attempt(check) : check()
  }

  #named(auth: JsonObject): UserId | undefined {
    const identifier = ownValue(auth, 'identifier')
    const user = (isJsonObject(identifier) ? ownValue(identifier, 'user') : undefined) ?? ownValue(auth, 'user')
    if (typeof user !== 'string') return undefined
    if (isUserId(user)) return user
    const text = `@${user}:${this.#serverName}`
    return isUserId(text) ? text : undefined
  }
}
