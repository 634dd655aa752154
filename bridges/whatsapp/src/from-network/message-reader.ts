import type { BridgeHost, LoginId, RemoteEvent, RemoteMessage, Understood } from '@pons/core'
import { chatKeyOf, messageIdOf, userIdOf, type Jid } from '../ids.ts'
import { knownSnapshot, type KnownChats } from '../known-snapshot.ts'
import type { Incoming } from '../protocol/incoming.ts'
import { Stub } from '../protocol/kinds.ts'
import type { Unread } from '../unread.ts'
import type { AccountLines } from './account-placeholders.ts'
import { eventBase, type Arrival } from './arrival.ts'
import { commandEvents } from './protocol-message-events.ts'
import { groupChangeEvents } from './group-change-events.ts'
import { messageEvent } from './message-event.ts'
import { notice } from './notice.ts'
import { passingOf } from './passing-of.ts'
import { saidIn } from './said-in.ts'
import type { Said } from './said.ts'
import { timerEvents } from './timer-events.ts'
import { nothing } from './understood.ts'
import { whereAndWho } from './where-and-who.ts'

export interface MessageReaderParts {
  readonly host: Pick<BridgeHost, 'ghostUserId' | 'isKnown' | 'now'>
  readonly login: LoginId
  readonly chats: KnownChats
  readonly lines: AccountLines
  readonly unread: Unread
  /** A chat changed in ways that no message says: it is to be read anew. */
  readonly readAnew: (chat: Jid) => void
}

/** Says of messages that come what they are as events. */
export class MessageReader {
  readonly #parts: MessageReaderParts

  constructor(parts: MessageReaderParts) {
    this.#parts = parts
  }

  /** What one message says; no events for what is not worth one. */
  async understand(message: Incoming): Promise<Understood> {
    const { host, login, chats, readAnew } = this.#parts
    if (message.isFromPhone) return nothing
    const where = whereAndWho(chats.people, message)
    if (where === undefined) return nothing
    const arrival = { ...where, login, message }
    const { content, stub } = message
    if (content === undefined && stub === Stub.CIPHERTEXT) return await this.#unreadable(arrival)
    if (content === undefined && stub !== undefined && stub !== 0) {
      return { events: groupChangeEvents({ ...chats, readAnew }, arrival), writes: [] }
    }
    if (content === undefined) return this.#said(arrival)
    const timer = timerEvents(chats.timers, arrival)
    const events = commandEvents({ ...chats, host }, arrival, content)
    if (events !== undefined) return { events: [...timer, ...events], writes: [] }
    const understood = this.#said(arrival)
    return { ...understood, events: [...timer, ...understood.events] }
  }

  /** A message that people read; where a line stands in its place, it takes the line's. */
  #said(arrival: Arrival): Understood {
    const { host, chats, lines, unread } = this.#parts
    const { message, chat, sender } = arrival
    const { people } = chats
    const words = saidIn({ people, host }, arrival)
    if (words === undefined) return nothing
    if (!message.isFromMe) unread.add(chat, { id: message.id, participant: chat === sender ? undefined : sender })
    const writes = message.content === undefined ? [] : lines.resolve({ chat, sender, id: message.id })
    if (writes.length === 0) return { events: [this.#withPortal(arrival, words)], writes }
    const edit: RemoteEvent = {
      ...eventBase(arrival),
      kind: 'edit',
      id: messageIdOf(`resolved:${message.id}`),
      sender: people.user(sender),
      target: messageIdOf(message.id),
      targetAuthor: userIdOf(sender),
      document: words.document,
      ...passingOf(message),
    }
    return { events: [edit], writes }
  }

  /** The library asks for it again; until it comes, a line says that there is something. */
  async #unreadable(arrival: Arrival): Promise<Understood> {
    const { host, lines } = this.#parts
    const { message, chat, sender, login } = arrival
    const named = { chat, sender, id: message.id }
    if (message.isViewOnce) return this.#said(arrival)
    if (lines.has(named)) return nothing
    if (await host.isKnown(chatKeyOf(chat, login), message.id, userIdOf(sender))) return nothing
    const words = notice('[a message that could not be decrypted yet; it was asked for again]')
    const times = { sentMs: message.timestampMs, askedMs: host.now() }
    return { events: [this.#withPortal(arrival, words)], writes: lines.add({ ...named, ...times }) }
  }

  /** With what a portal is made from: what is said now may make one. */
  #withPortal(arrival: Arrival, words: Said): RemoteMessage {
    const { chats } = this.#parts
    return { ...messageEvent(chats.people, arrival, words), createPortal: knownSnapshot(chats, arrival.chat) }
  }
}
