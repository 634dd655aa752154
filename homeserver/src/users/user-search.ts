import type { Database } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'
import type { Interner } from '../storage/interner.ts'
import { contains } from '../text/contains.ts'
import { UserSearchStore } from '../storage/user-search-store.ts'
import type { Profiles } from './profiles.ts'

export interface FoundUsers {
  readonly users: JsonObject[]
  readonly isLimited: boolean
}

/** https://spec.matrix.org/v1.19/client-server-api/#user-directory */
export class UserSearch {
  readonly #store: UserSearchStore
  readonly #interner: Interner
  readonly #profiles: Profiles

  constructor(db: Database, interner: Interner, profiles: Profiles) {
    this.#store = new UserSearchStore(db)
    this.#interner = interner
    this.#profiles = profiles
  }

  /** `bots` are those of application services: whoever looks for one shares no room with it yet. */
  async find(
    searcher: UserId,
    text: string,
    { limit, bots }: { readonly limit: number; readonly bots: readonly UserId[] },
  ): Promise<FoundUsers> {
    const others = await this.#store.find((await this.#interner.find(searcher)) ?? 0, text, limit + 1)
    const found = [...new Set([...(await this.#fitting(bots, text)), ...others])]
    const users: JsonObject[] = []
    for (const userId of found.slice(0, limit)) {
      const { displayname, avatar_url: avatarUrl } = await this.#profiles.of(userId)
      users.push({
        user_id: userId,
        ...(displayname !== undefined && { display_name: displayname }),
        ...(avatarUrl !== undefined && { avatar_url: avatarUrl }),
      })
    }
    return { users, isLimited: found.length > limit }
  }

  async #fitting(users: readonly UserId[], text: string): Promise<UserId[]> {
    const wanted = text.toLowerCase()
    const fitting: UserId[] = []
    for (const userId of users) {
      const { displayname } = await this.#profiles.of(userId)
      const names = [userId, ...(typeof displayname === 'string' ? [displayname] : [])]
      if (names.some((name) => contains(name.toLowerCase(), wanted))) fitting.push(userId)
    }
    return fitting
  }
}
