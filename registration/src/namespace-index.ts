import type { RoomAlias, RoomId, ServerName, UserId } from '@pons/matrix'

import { compileNamespaces } from './namespaces.ts'
import type { NamespaceMatch, Namespaces } from './namespaces.ts'
import type { Registration } from './registration.ts'

/** The claims of all application services of a server, which come and go while it runs. */
export class NamespaceIndex {
  readonly #serverName: ServerName
  readonly #byId = new Map<string, Namespaces>()

  constructor({ serverName }: { readonly serverName: ServerName }) {
    this.#serverName = serverName
  }

  /** Adds a registration, or puts it in the place of the one with the same id. */
  set(registration: Registration): Namespaces {
    const namespaces = compileNamespaces(registration, { serverName: this.#serverName })
    this.#byId.set(registration.id, namespaces)
    return namespaces
  }

  delete(registrationId: string): boolean {
    return this.#byId.delete(registrationId)
  }

  get(registrationId: string): Namespaces | undefined {
    return this.#byId.get(registrationId)
  }

  /** Ids of the registrations that claim this user, exclusively or not. */
  interestedInUser(userId: UserId): string[] {
    return this.#idsWhere((namespaces) => namespaces.userMatch(userId))
  }

  interestedInAlias(alias: RoomAlias): string[] {
    return this.#idsWhere((namespaces) => namespaces.aliasMatch(alias))
  }

  interestedInRoom(roomId: RoomId): string[] {
    return this.#idsWhere((namespaces) => namespaces.roomMatch(roomId))
  }

  /** The registration that alone may create this user: nobody else may register the name. */
  ownerOfUser(userId: UserId): string | undefined {
    return this.#ownerWhere((namespaces) => namespaces.userMatch(userId))
  }

  ownerOfAlias(alias: RoomAlias): string | undefined {
    return this.#ownerWhere((namespaces) => namespaces.aliasMatch(alias))
  }

  #idsWhere(match: (namespaces: Namespaces) => NamespaceMatch | undefined): string[] {
    return [...this.#byId].filter(([, namespaces]) => match(namespaces) !== undefined).map(([id]) => id)
  }

  #ownerWhere(match: (namespaces: Namespaces) => NamespaceMatch | undefined): string | undefined {
    for (const [id, namespaces] of this.#byId) if (match(namespaces)?.exclusive) return id
    return undefined
  }
}
