import type { Transaction } from '@pons/database'
import { isJsonObject, ownValue, type JsonObject, type UserId } from '@pons/matrix'
import { ReadCache } from '../storage/read-cache.ts'
import type { AccountData } from './account-data.ts'

const type = 'm.ignored_user_list'

/** Whom users do not want to hear of: https://spec.matrix.org/latest/client-server-api/#ignoring-users */
export class IgnoredUsers {
  readonly #accountData: AccountData
  readonly #known = new ReadCache<UserId, ReadonlySet<string>>(10_000)

  constructor(accountData: AccountData) {
    this.#accountData = accountData
    accountData.onChange(type, (userId) => this.#known.forget(userId))
  }

  of(userId: UserId): Promise<ReadonlySet<string>> {
    return this.#known.get(userId, async () =>
      listed(userId, await this.#accountData.stored({ userId, roomId: undefined, type })),
    )
  }

  /** For work inside a write transaction. */
  async ofIn(tx: Transaction, userId: UserId): Promise<ReadonlySet<string>> {
    const known = this.#known.peek(userId)
    if (known) return known
    const list = listed(userId, await this.#accountData.stored({ userId, roomId: undefined, type }, tx))
    tx.onCommit(() => this.#known.put(userId, list))
    return list
  }
}

/** Nobody can ignore themselves: their own messages would be missing. */
function listed(userId: UserId, content: JsonObject | undefined): ReadonlySet<string> {
  const users = content && ownValue(content, 'ignored_users')
  return new Set(isJsonObject(users) ? Object.keys(users).filter((ignored) => ignored !== userId) : [])
}
