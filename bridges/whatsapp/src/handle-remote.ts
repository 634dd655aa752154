import { durationInWords, nameInWords, type RemoteEvent, type StoreWrite } from '@pons/core'
import { handleStub } from './handle-group.ts'
import { chatKeyOf, isGroup, jidOf, messageIdOf, userIdOf, type Jid } from './ids.ts'
import { authorInKey } from './claimed-author.ts'
import { isFetchable } from './convert/media-from-whatsapp.ts'
import { contentSays, eventOf, messageEvent, notice, passingOf, saidIn } from './message-event.ts'
import type { Content, Incoming, NamedKey } from './protocol/incoming.ts'
import { Protocol, Stub } from './protocol/kinds.ts'
import { whereAndWho, type RemoteContext } from './remote-context.ts'
import { nothing, type Understood } from './understood.ts'

interface Where {
  readonly chat: Jid
  readonly sender: Jid
}

type Handler<Part> = (context: RemoteContext, message: Incoming, where: Where, part: Part) => readonly RemoteEvent[]

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
  const timer = timerEvents(context, message, where)
  const events = commandEvents(context, message, where, content)
  if (events !== undefined) return { events: [...timer, ...events], writes: [] }
  const understood = said(context, message, where)
  return { ...understood, events: [...timer, ...understood.events] }
}

/** The timer of a chat, where a message tells another than was known: by setting it, or by having it. */
function timerEvents(context: RemoteContext, message: Incoming, { chat, sender }: Where): RemoteEvent[] {
  const { type, ephemeralExpiration, ephemeralSettingTimestamp: setAt } = message.content?.protocolMessage ?? {}
  const sentAt = Math.floor(message.timestampMs / 1000)
  const set = type === Protocol.EPHEMERAL_SETTING && {
    seconds: ephemeralExpiration ?? 0,
    setAt: Number(setAt || sentAt),
  }
  // In a group the server says which one it is.
  const timer = set || (isGroup(chat) ? undefined : message.timer)
  if (timer === undefined || !context.timers.learn(chat, timer)) return []
  return [
    {
      kind: 'chat-info',
      chat: chatKeyOf(chat, context.login),
      id: messageIdOf(`timer:${message.id}`),
      idBy: userIdOf(sender),
      timestampMs: message.timestampMs,
      login: context.login,
      changes: { disappearAfterMs: timer.seconds * 1000 },
    },
  ]
}

/** A message that people read; where a line stands in its place, it takes the line's. */
function said(context: RemoteContext, message: Incoming, where: Where): Understood {
  const { unread, login, people } = context
  const { chat, sender } = where
  const event = messageEvent(context, message, where, true)
  if (event === undefined) return nothing
  if (!message.isFromMe) {
    unread.add(chat, { id: message.id, participant: chat === sender ? undefined : sender })
  }
  const writes = message.content === undefined ? [] : resolvedLines(context, { ...where, id: message.id })
  if (writes.length === 0) return { events: [event], writes }
  const edit: RemoteEvent = {
    kind: 'edit',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(`resolved:${message.id}`),
    idBy: userIdOf(sender),
    timestampMs: message.timestampMs,
    login,
    sender: people.user(sender),
    target: messageIdOf(message.id),
    targetAuthor: userIdOf(sender),
    document: event.document,
    ...passingOf(message),
  }
  return { events: [edit], writes }
}

/** Lines in whose place the message comes now; in a group they may be another login's. */
function resolvedLines({ placeholders, lines, store }: RemoteContext, named: Where & { id: string }): StoreWrite[] {
  return isGroup(named.chat) ? lines.resolve(named) : store.keyed(placeholders.resolve(named))
}

/** The library asks for it again; until it comes, a line says that there is something. */
async function unreadable(context: RemoteContext, message: Incoming, where: Where): Promise<Understood> {
  const { host, placeholders, login, store } = context
  const { chat, sender } = where
  const named = { ...where, id: message.id }
  if (message.isViewOnce) return said(context, message, where)
  if (placeholders.has(named)) return nothing
  if (await host.isKnown(chatKeyOf(chat, login), message.id, userIdOf(sender))) return nothing
  const words = notice('[a message that could not be decrypted yet; it was asked for again]')
  const event = eventOf(context, message, { ...where, said: words, mayCreate: true })
  const times = { sentMs: message.timestampMs, askedMs: host.now() }
  return { events: [event], writes: store.keyed([placeholders.add({ ...named, ...times })]) }
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
        ? [redaction(context, message, where, { ...key, id })]
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

function redaction(
  context: RemoteContext,
  message: Incoming,
  { chat, sender }: Where,
  { id, fromMe, participant }: NamedKey & { readonly id: string },
): RemoteEvent {
  const { login, people } = context
  const named = jidOf(participant)
  // The id is its sender's choice: whoever says that it is theirs takes back what is theirs.
  const author = fromMe === true ? sender : named && people.idOf(named)
  return {
    kind: 'redaction',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(message.id),
    idBy: userIdOf(sender),
    timestampMs: message.timestampMs,
    login,
    sender: people.user(sender),
    target: messageIdOf(id),
    ...(author !== undefined && { targetAuthor: userIdOf(author) }),
  }
}

const editEvents: Handler<{ id: string; content: Content }> = (context, message, where, { id, content }) => {
  const { login, people } = context
  const { chat, sender } = where
  const place = { login, chat, messageId: id, isFromMe: message.isFromMe, sender }
  const now = contentSays(context, content, place)
  if (now === undefined) return []
  if (now.isPartial) return [sayAbout(context, message, where, 'changed a message in a way that cannot be shown here')]
  const { media, ...words } = now.document
  const isWhole = words.location !== undefined || (media !== undefined && isFetchable(content))
  return [
    {
      kind: 'edit',
      chat: chatKeyOf(chat, login),
      id: messageIdOf(message.id),
      idBy: userIdOf(sender),
      timestampMs: message.timestampMs,
      login,
      sender: people.user(sender),
      target: messageIdOf(id),
      targetAuthor: userIdOf(sender),
      document: isWhole ? now.document : words,
      ...(!isWhole && { keepsMedia: true }),
    },
  ]
}

/** Each person has one reaction to a message; an empty one takes it back. */
const reactionEvents: Handler<NonNullable<Content['reactionMessage']>> = (context, message, where, { key, text }) => {
  const { login, people } = context
  const { chat, sender } = where
  if (!key?.id) return []
  const targetAuthor = authorInKey(context, where, key)
  const common = {
    chat: chatKeyOf(chat, login),
    id: messageIdOf(message.id),
    idBy: userIdOf(sender),
    timestampMs: message.timestampMs,
    login,
    sender: people.user(sender),
    target: messageIdOf(key.id),
    ...(targetAuthor !== undefined && { targetAuthor }),
  }
  return text
    ? [{ ...common, kind: 'reaction', key: text, replacesOthers: true }]
    : [{ ...common, kind: 'reaction-removal' }]
}

/** Said by the bot: what somebody did that has no form in Matrix. */
function sayAbout(context: RemoteContext, message: Incoming, { chat, sender }: Where, words: string): RemoteEvent {
  const { login, people } = context
  // A group's room may have others in it, and its words one login to hear them.
  const isToOwner = people.isSelf(sender) && !isGroup(chat)
  const name = isToOwner ? 'You' : nameInWords(people.nameOf(sender) ?? '') || 'Somebody'
  return {
    kind: 'notice',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(message.id),
    idBy: userIdOf(sender),
    timestampMs: message.timestampMs,
    login,
    text: `${name} ${words}`,
  }
}

function wordsForTimer(seconds: number): string {
  return seconds === 0 ? 'let messages stay from now on' : `let messages disappear after ${durationInWords(seconds)}`
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
