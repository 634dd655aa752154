import type { ChatKey, RemoteUser } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { NetworkClient } from '../network/network-client.ts'
import { isPerson } from './is-person.ts'

/** The connections that speak for people without a login, as far as they have been asked for. */
export class Relays {
  readonly #connector: NetworkConnector
  readonly #used = new Set<NetworkClient>()

  constructor(connector: NetworkConnector) {
    this.#connector = connector
  }

  /** Asking may connect it. */
  of(chat: ChatKey): NetworkClient | undefined {
    const relay = this.#connector.handlers.relay?.(chat)
    if (relay !== undefined) this.#used.add(relay)
    return relay
  }

  /** Is that one of the relays that have had something to do? */
  isSelf(user: RemoteUser): boolean {
    for (const relay of this.#used) if (isPerson(relay, user)) return true
    return false
  }
}
