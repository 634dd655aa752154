import type { Database, Queryable, Transaction } from '@pons/database'
import type { UserId } from '@pons/matrix'

export interface Account {
  readonly userId: UserId
  /** Undefined for users of application services, who have no password. */
  readonly passwordHash: string | undefined
  readonly createdTs: number
  readonly isAdmin: boolean
  readonly isGuest: boolean
  readonly isDeactivated: boolean
  readonly isLocked: boolean
  /** Id of the application service that registered the user. */
  readonly appservice: string | undefined
}

interface AccountRow {
  user_id: string
  password_hash: string | null
  created_ts: number
  is_admin: number
  is_guest: number
  is_deactivated: number
  is_locked: number
  appservice: string | null
}

function fromRow(row: AccountRow): Account {
  return {
    userId: row.user_id as UserId,
    passwordHash: row.password_hash ?? undefined,
    createdTs: row.created_ts,
    isAdmin: row.is_admin === 1,
    isGuest: row.is_guest === 1,
    isDeactivated: row.is_deactivated === 1,
    isLocked: row.is_locked === 1,
    appservice: row.appservice ?? undefined,
  }
}

const SELECT = `select user_id, password_hash, created_ts, is_admin, is_guest, is_deactivated, is_locked, appservice
  from account where user_id = $1`
const INSERT = `insert into account (user_id, password_hash, created_ts, is_admin, is_guest, is_deactivated, appservice)
  values ($1, $2, $3, $4, $5, 0, $6) on conflict (user_id) do nothing`
const UPDATE_PASSWORD = 'update account set password_hash = $2 where user_id = $1'
const UPDATE_DEACTIVATED = 'update account set is_deactivated = 1, password_hash = null where user_id = $1'
const UPDATE_LOCKED = 'update account set is_locked = $2 where user_id = $1'
const UPDATE_ADMIN = 'update account set is_admin = $2 where user_id = $1'

export class AccountStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async byId(userId: UserId, from: Queryable = this.#db): Promise<Account | undefined> {
    const row = await from.get<AccountRow>(SELECT, userId)
    return row && fromRow(row)
  }

  /** False when the user exists. */
  async insert(tx: Transaction, account: Omit<Account, 'isDeactivated' | 'isLocked'>): Promise<boolean> {
    const { userId, passwordHash, createdTs, isAdmin, isGuest, appservice } = account
    const changed = await tx.run(
      INSERT,
      userId,
      passwordHash ?? null,
      createdTs,
      isAdmin ? 1 : 0,
      isGuest ? 1 : 0,
      appservice ?? null,
    )
    return changed === 1
  }

  /** The changes are false when there is no such user. */
  async setPassword(tx: Transaction, userId: UserId, passwordHash: string): Promise<boolean> {
    return (await tx.run(UPDATE_PASSWORD, userId, passwordHash)) === 1
  }

  async deactivate(tx: Transaction, userId: UserId): Promise<boolean> {
    return (await tx.run(UPDATE_DEACTIVATED, userId)) === 1
  }

  async setLocked(tx: Transaction, userId: UserId, isLocked: boolean): Promise<boolean> {
    return (await tx.run(UPDATE_LOCKED, userId, isLocked ? 1 : 0)) === 1
  }

  async setAdmin(tx: Transaction, userId: UserId, isAdmin: boolean): Promise<boolean> {
    return (await tx.run(UPDATE_ADMIN, userId, isAdmin ? 1 : 0)) === 1
  }
}
