import type { BridgeHost } from '@pons/core'
import { isGroup, type Jid } from '../ids.ts'
import { askForTyping } from '../protocol/ask-for-typing.ts'
import type { Connection } from '../protocol/connection.ts'

/** Of whose typing WhatsApp tells: it tells only those who ask for it, and forgets that they did with the connection. */
export class TypingWatch {
  readonly #host: BridgeHost
  readonly #connection: Connection
  readonly #watched = new Set<Jid>()

  constructor(host: BridgeHost, connection: Connection) {
    this.#host = host
    this.#connection = connection
  }

  /** Somebody speaks in that chat: what else they do there is worth asking for. */
  watch(chat: Jid): void {
    if (isGroup(chat) || this.#watched.has(chat)) return
    this.#watched.add(chat)
    const socket = this.#connection.current
    if (socket === undefined) return
    askForTyping(socket, chat).catch((error: unknown) => {
      this.#host.logger.debug({ err: error }, 'typing could not be asked for')
    })
  }

  /** On a new connection everything is to be asked for again. */
  forget(): void {
    this.#watched.clear()
  }
}
