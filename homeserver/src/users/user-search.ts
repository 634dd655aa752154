import type { Database } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'
import type { Interner } from '../storage/interner.ts'
import { UserSearchStore } from '../storage/user-search-store.ts'
import type { Profiles } from './profiles.ts'

export interface FoundUsers {
  readonly users: JsonObject[]
  readonly isLimited: boolean
}

/** https://spec.matrix.org/latest/client-server-api/#user-directory */
export class UserSearch {
  readonly #store: UserSearchStore
  readonly #interner: Interner
  readonly #profiles: Profiles

  constructor(db: Database, interner: Interner, profiles: Profiles) {
    this.#store = new UserSearchStore(db)
    this.#interner = interner
    this.#profiles = profiles
  }

  async find(searcher: UserId, text: string, limit: number): Promise<FoundUsers> {
    const found = await this.#store.find((await this.#interner.find(searcher)) ?? 0, text, limit + 1)
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
}
