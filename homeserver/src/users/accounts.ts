import type { Database, Transaction } from '@pons/database'
import { notFound, userInUse, type UserId, type Clock } from '@pons/matrix'
import { AccountStore, type Account } from '../storage/account-store.ts'
import { ReadCache } from '../storage/read-cache.ts'
import { MAX_PASSWORD_LENGTH, PasswordHasher, type Strength } from './password-hasher.ts'

export interface NewAccount {
  readonly userId: UserId
  readonly password?: string | undefined
  readonly isAdmin?: boolean
  readonly isGuest?: boolean
  readonly appservice?: string | undefined
}

/** The local users. */
export class Accounts {
  readonly #db: Database
  readonly #clock: Clock
  readonly #store: AccountStore
  readonly #hasher: PasswordHasher
  readonly #known = new ReadCache<UserId, Account>(100_000)

  constructor(db: Database, clock: Clock, strength: Strength = 'strong') {
    this.#db = db
    this.#clock = clock
    this.#store = new AccountStore(db)
    this.#hasher = new PasswordHasher(strength)
  }

  find(userId: UserId): Promise<Account | undefined> {
    return this.#known.get(userId, () => this.#store.byId(userId))
  }

  /** What has been read of the account before; undefined when it has to be looked for. */
  remembered(userId: UserId): Account | undefined {
    return this.#known.peek(userId)
  }

  /** Whom a person means who types a name: that account, or the one without capitals, as those of people are. */
  async meant(userId: UserId): Promise<UserId> {
    return (await this.find(userId)) ? userId : (userId.toLowerCase() as UserId)
  }

  /** `also` joins the transaction. @throws MatrixError M_USER_IN_USE */
  async create(account: NewAccount, also?: (tx: Transaction) => Promise<void>): Promise<void> {
    if (await this.find(account.userId)) throw userInUse('User ID already taken.')
    const passwordHash = account.password === undefined ? undefined : await this.#hasher.hash(account.password)
    const created = await this.#db.transaction(async (tx) => {
      const isNew = await this.createIn(tx, { ...account, passwordHash })
      if (isNew) await also?.(tx)
      return isNew
    })
    if (!created) throw userInUse('User ID already taken.')
  }

  /** False when the user exists. */
  async createIn(
    tx: Transaction,
    account: Omit<NewAccount, 'password'> & { passwordHash?: string | undefined },
  ): Promise<boolean> {
    const created: Account = {
      userId: account.userId,
      passwordHash: account.passwordHash,
      createdTs: this.#clock.now(),
      isAdmin: account.isAdmin ?? false,
      isGuest: account.isGuest ?? false,
      isDeactivated: false,
      isLocked: false,
      appservice: account.appservice,
    }
    const isNew = await this.#store.insert(tx, created)
    // Whoever was made does something next: a service's ghosts join rooms by the thousand.
    if (isNew) tx.onCommit(() => this.#known.put(created.userId, created))
    return isNew
  }

  /** True when this is the password of the user, who must neither be deactivated nor one of an application service. */
  async checkPassword(userId: UserId, password: string): Promise<boolean> {
    // Nobody has such a one, and its normal form alone would take quadratic time.
    if (password.length > MAX_PASSWORD_LENGTH) return this.#hasher.verifyNothing('')
    const account = await this.find(userId)
    if (!account || account.isDeactivated || account.passwordHash === undefined) {
      return this.#hasher.verifyNothing(password)
    }
    return this.#hasher.verify(password, account.passwordHash)
  }

  async setPassword(userId: UserId, password: string): Promise<void> {
    const passwordHash = await this.#hasher.hash(password)
    await this.#change(userId, (tx) => this.#store.setPassword(tx, userId, passwordHash))
  }

  /** For good: the user can never log in again, and the id stays taken. `also` joins the transaction. */
  async deactivate(userId: UserId, also: (tx: Transaction) => Promise<void>): Promise<void> {
    await this.#change(userId, async (tx) => {
      await also(tx)
      return this.#store.deactivate(tx, userId)
    })
  }

  /** A locked user keeps sessions and rooms, but can do nothing. @throws MatrixError M_NOT_FOUND */
  async setLocked(userId: UserId, isLocked: boolean): Promise<void> {
    await this.#change(userId, (tx) => this.#store.setLocked(tx, userId, isLocked))
  }

  async setAdmin(userId: UserId, isAdmin: boolean): Promise<void> {
    await this.#change(userId, (tx) => this.#store.setAdmin(tx, userId, isAdmin))
  }

  /** To be called after an account's row was changed. */
  forgetCached(userId: UserId): void {
    this.#known.forget(userId)
  }

  async #change(userId: UserId, change: (tx: Transaction) => Promise<boolean>): Promise<void> {
    await this.#db.transaction(async (tx) => {
      if (!(await change(tx))) throw notFound('No such user')
      tx.onCommit(() => this.#known.forget(userId))
    })
  }
}
