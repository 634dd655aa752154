import type { Jid } from './ids.ts'
import type { ReadMessage } from './protocol/tell-read.ts'

export interface UnreadMessage extends ReadMessage {
  readonly participant: Jid | undefined
}

const maxPerChat = 200

/**
 * Messages that nobody has told WhatsApp are read: a receipt there names each of them, and their authors. Of the time before
 * a start nothing is known.
 */
export class Unread {
  readonly #chats = new Map<Jid, UnreadMessage[]>()

  add(chat: Jid, message: UnreadMessage): void {
    const messages = this.#chats.get(chat) ?? []
    messages.push(message)
    this.#chats.set(chat, messages.slice(-maxPerChat))
  }

  /** Those up to and with one of them; they count as read from then on. In a group its author belongs to the id. */
  takeUpTo(chat: Jid, id: string, author: Jid | undefined): UnreadMessage[] {
    const messages = this.#chats.get(chat) ?? []
    const last = messages.findLastIndex(
      (message) => message.id === id && (message.participant === undefined || message.participant === author),
    )
    this.#chats.set(chat, messages.slice(last + 1))
    return messages.slice(0, last + 1)
  }
}
