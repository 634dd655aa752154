import type { Transaction } from '@pons/database'
import { isJsonObject, ownValue, type JsonObject, type UserId } from '@pons/matrix'
import { ReadCache } from '../storage/read-cache.ts'
import type { AccountData } from './account-data.ts'

export const IGNORED_USERS = 'm.ignored_user_list'

/** Whom users do not want to hear of: https://spec.matrix.org/v1.19/client-server-api/#ignoring-users */
export class IgnoredUsers {
  readonly #accountData: AccountData
  readonly #known = new ReadCache<UserId, ReadonlySet<string>>(10_000)

  constructor(accountData: AccountData) {
    this.#accountData = accountData
    accountData.onChange(IGNORED_USERS, (userId) => this.#known.forget(userId))
  }

  of(userId: UserId): Promise<ReadonlySet<string>> {
    return this.#known.get(userId, async () =>
      ignoredIn(userId, await this.#accountData.stored({ userId, roomId: undefined, type: IGNORED_USERS })),
    )
  }

  /** For work inside a write transaction. */
  async ofIn(tx: Transaction, userId: UserId): Promise<ReadonlySet<string>> {
    const known = this.#known.peek(userId)
    if (known) return known
    const list = ignoredIn(
      userId,
      await this.#accountData.stored({ userId, roomId: undefined, type: IGNORED_USERS }, tx),
    )
    tx.onCommit(() => this.#known.put(userId, list))
    return list
  }
}

/** Nobody can ignore themselves: their own messages would be missing. */
export function ignoredIn(userId: UserId, content: JsonObject | undefined): ReadonlySet<string> {
  const users = content && ownValue(content, 'ignored_users')
  return new Set(isJsonObject(users) ? Object.keys(users).filter((ignored) => ignored !== userId) : [])
}
