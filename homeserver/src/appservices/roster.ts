import { hash } from 'node:crypto'
import type { RoomAlias, UserId } from '@pons/matrix'
import type { Appservice } from './appservice.ts'

/** Which application services there are, and what each of them claims; in memory. */
export class Roster {
  readonly #byId = new Map<string, Appservice>()
  readonly #byToken = new Map<string, Appservice>()
  #list: readonly Appservice[] = []

  /** Another list whenever one of them is another: what was decided by the last one is decided anew. */
  get list(): readonly Appservice[] {
    return this.#list
  }

  byId(id: string): Appservice | undefined {
    return this.#byId.get(id)
  }

  /** Looks the digest up, so that the time it takes tells nothing about the token. */
  byToken(token: string): Appservice | undefined {
    return this.#byToken.get(digest(token))
  }

  exclusiveOwnerOfUser(userId: UserId): Appservice | undefined {
    return this.#list.find((appservice) => appservice.namespaces.userMatch(userId)?.exclusive)
  }

  exclusiveOwnerOfAlias(alias: RoomAlias): Appservice | undefined {
    return this.#list.find((appservice) => appservice.namespaces.aliasMatch(alias)?.exclusive)
  }

  /** Whether the user is a bot, or one whom only an application service speaks for. */
  isOwnUser(userId: UserId): boolean {
    return (
      this.exclusiveOwnerOfUser(userId) !== undefined || this.#list.some(({ senderUserId }) => senderUserId === userId)
    )
  }

  /** Adds it, or puts it in the place of the one with its id. */
  put(appservice: Appservice): void {
    const before = this.#byId.get(appservice.id)
    if (before) this.#byToken.delete(digest(before.registration.as_token))
    this.#byId.set(appservice.id, appservice)
    this.#byToken.set(digest(appservice.registration.as_token), appservice)
    this.#list = [...this.#byId.values()]
  }

  delete({ id, registration }: Appservice): void {
    this.#byId.delete(id)
    this.#byToken.delete(digest(registration.as_token))
    this.#list = [...this.#byId.values()]
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64')
}
