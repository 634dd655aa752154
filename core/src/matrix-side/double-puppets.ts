import { serverNameOf, type ServerName, type UserId } from '@pons/matrix'
import type { MatrixApi } from './matrix-api.ts'

export interface DoublePuppetsOptions {
  readonly api: MatrixApi
  readonly serverName: ServerName
  /** as_token of a registration whose namespace covers local accounts; undefined: no double puppeting. */
  readonly token?: string
}

/** Acts as local Matrix users, so that what they write from their phone appears as their own. No step is asked of them. */
export class DoublePuppets {
  readonly #options: DoublePuppetsOptions
  readonly #allowed = new Map<UserId, boolean>()

  constructor(options: DoublePuppetsOptions) {
    this.#options = options
  }

  /** The token that may act for that user; undefined when nobody may. */
  async tokenFor(userId: UserId): Promise<string | undefined> {
    const { token, api, serverName } = this.#options
    if (token === undefined || serverNameOf(userId) !== serverName) return undefined
    const known = this.#allowed.get(userId)
    const isAllowed = known ?? (await api.whoami({ actAs: userId, token })) === userId
    this.#allowed.set(userId, isAllowed)
    return isAllowed ? token : undefined
  }
}

/** Marks an event of ours in a real user's name, so that it is not bridged back. Clients of the field read it too. */
export const doublePuppetSource = 'fi.mau.double_puppet_source'
