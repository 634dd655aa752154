import type { RemoteEvent, StoreWrite } from '@pons/core'
import { handleStub } from './handle-group.ts'
import { chatKeyOf, messageIdOf, type Jid } from './ids.ts'
import { contentSays, eventOf, messageEvent, notice, saidIn } from './message-event.ts'
import type { Content, Incoming } from './protocol/incoming.ts'
import { Protocol, Stub } from './protocol/kinds.ts'
import { whereAndWho, type RemoteContext } from './remote-context.ts'

export interface Understood {
  readonly events: readonly RemoteEvent[]
  readonly writes: readonly StoreWrite[]
}

interface Where {
  readonly chat: Jid
  readonly sender: Jid
}

type Handler<Part> = (context: RemoteContext, message: Incoming, where: Where, part: Part) => readonly RemoteEvent[]

const nothing: Understood = { events: [], writes: [] }

/** What one message says, as events; none for what is not worth one. */
export async function understand(context: RemoteContext, message: Incoming): Promise<Understood> {
  if (message.isFromPhone) return nothing
  const where = whereAndWho(context, message)
  if (where === undefined) return nothing
  const { content, stub } = message
  if (content === undefined && stub === Stub.CIPHERTEXT) return await unreadable(context, message, where)
  if (content === undefined && stub !== undefined && stub !== 0) {
    return { events: handleStub(context, message, where), writes: [] }
  }
  if (content === undefined) return said(context, message, where)
  const events = commandEvents(context, message, where, content)
  return events === undefined ? said(context, message, where) : { events, writes: [] }
}

/** A message that people read; where a line stands in its place, it takes the line's. */
function said(context: RemoteContext, message: Incoming, where: Where): Understood {
  const { placeholders, unread, login, people, store } = context
  const { chat, sender } = where
  const isPlaceholder = placeholders.has(chat, message.id)
  const event = messageEvent(context, message, where, true)
  if (event === undefined) return nothing
  if (!message.isFromMe) {
    unread.add(chat, { id: message.id, participant: chat === sender ? undefined : sender })
  }
  if (!isPlaceholder) return { events: [event], writes: [] }
  const edit: RemoteEvent = {
    kind: 'edit',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(`resolved:${message.id}`),
    timestampMs: message.timestampMs,
    login,
    sender: people.user(sender),
    target: messageIdOf(message.id),
    document: event.document,
  }
  return { events: [edit], writes: store.keyed([placeholders.resolve(chat, message.id)]) }
}

/** The library asks for it again; until it comes, a line says that there is something. */
async function unreadable(context: RemoteContext, message: Incoming, where: Where): Promise<Understood> {
  const { host, placeholders, login, store } = context
  const { chat } = where
  if (message.isViewOnce) return said(context, message, where)
  if (placeholders.has(chat, message.id)) return nothing
  if (await host.isKnown(chatKeyOf(chat, login), message.id)) return nothing
  const words = notice('[a message that could not be decrypted yet; it was asked for again]')
  const event = eventOf(context, message, { ...where, said: words, mayCreate: true })
  return { events: [event], writes: store.keyed([placeholders.add(chat, message.id)]) }
}

/** What is done to other messages; undefined where the content is a message by itself. */
function commandEvents(
  context: RemoteContext,
  message: Incoming,
  where: Where,
  content: Content,
): readonly RemoteEvent[] | undefined {
  const { protocolMessage, reactionMessage, pollUpdateMessage, pinInChatMessage } = content
  if (protocolMessage) return protocolEvents(context, message, where, protocolMessage)
  if (reactionMessage) return reactionEvents(context, message, where, reactionMessage)
  if (pollUpdateMessage) return [sayAbout(context, message, where, 'voted in a poll')]
  if (pinInChatMessage) {
    return [sayAbout(context, message, where, pinInChatMessage.type === 2 ? 'unpinned a message' : 'pinned a message')]
  }
  if (content.keepInChatMessage || content.encReactionMessage || content.encCommentMessage) return []
  return undefined
}

const protocolEvents: Handler<NonNullable<Content['protocolMessage']>> = (context, message, where, command) => {
  const { type, key, editedMessage, ephemeralExpiration } = command
  const id = key?.id
  switch (type) {
    case Protocol.REVOKE:
      return id && mayRevoke(context, message, where, key.fromMe === true)
        ? [redaction(context, message, where, id)]
        : []
    case Protocol.MESSAGE_EDIT:
      return id && editedMessage ? editEvents(context, message, where, { id, content: editedMessage }) : []
    case Protocol.EPHEMERAL_SETTING:
      return [sayAbout(context, message, where, wordsForTimer(ephemeralExpiration ?? 0))]
    default:
      return []
  }
}

/** Everybody may take back what is theirs, an administrator of a group what is anybody's. */
function mayRevoke({ groups }: RemoteContext, message: Incoming, { chat, sender }: Where, isTheirs: boolean): boolean {
  return isTheirs || message.isFromMe || groups.isAdmin(chat, sender)
}

function redaction(context: RemoteContext, message: Incoming, { chat, sender }: Where, target: string): RemoteEvent {
  const { login, people } = context
  return {
    kind: 'redaction',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(message.id),
    timestampMs: message.timestampMs,
    login,
    sender: people.user(sender),
    target: messageIdOf(target),
  }
}

const editEvents: Handler<{ id: string; content: Content }> = (context, message, where, { id, content }) => {
  const { login, people } = context
  const { chat, sender } = where
  const place = { login, chat, messageId: id, isFromMe: message.isFromMe, sender }
  const now = contentSays(context, content, place)
  if (now === undefined) return []
  return [
    {
      kind: 'edit',
      chat: chatKeyOf(chat, login),
      id: messageIdOf(message.id),
      timestampMs: message.timestampMs,
      login,
      sender: people.user(sender),
      target: messageIdOf(id),
      document: now.document,
    },
  ]
}

/** Each person has one reaction to a message; an empty one takes it back. */
const reactionEvents: Handler<NonNullable<Content['reactionMessage']>> = (context, message, where, { key, text }) => {
  const { login, people } = context
  const { chat, sender } = where
  if (!key?.id) return []
  const common = {
    chat: chatKeyOf(chat, login),
    id: messageIdOf(message.id),
    timestampMs: message.timestampMs,
    login,
    sender: people.user(sender),
    target: messageIdOf(key.id),
  }
  return text
    ? [{ ...common, kind: 'reaction', key: text, replacesOthers: true }]
    : [{ ...common, kind: 'reaction-removal' }]
}

/** Said by the bot: what somebody did that has no form in Matrix. */
function sayAbout(context: RemoteContext, message: Incoming, { chat, sender }: Where, words: string): RemoteEvent {
  const { login, people } = context
  const name = people.isSelf(sender) ? 'You' : (people.nameOf(sender) ?? 'Somebody')
  return {
    kind: 'notice',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(message.id),
    timestampMs: message.timestampMs,
    login,
    text: `${name} ${words}`,
  }
}

function wordsForTimer(seconds: number): string {
  if (seconds === 0) return 'switched the disappearing of messages off'
  const days = Math.round(seconds / 86_400)
  return `lets messages disappear after ${days > 1 ? `${days} days` : `${Math.round(seconds / 3600)} hours`}`
}

/** History may hold messages that the live stream would show by other means. */
export function historyEvent(context: RemoteContext, message: Incoming) {
  const where = whereAndWho(context, message)
  const { content } = message
  if (where === undefined || content === undefined) return undefined
  if (content.protocolMessage || content.reactionMessage || content.pollUpdateMessage) return undefined
  const words = saidIn(context, message, where)
  return words === undefined ? undefined : eventOf(context, message, { ...where, said: words, mayCreate: false })
}
