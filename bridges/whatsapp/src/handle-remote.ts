import { durationInWords, type RemoteEvent, type StoreWrite } from '@pons/core'
import { editEvents } from './edit-events.ts'
import { eventBase } from './event-base.ts'
import { handleStub } from './handle-group.ts'
import { chatKeyOf, isGroup, messageIdOf, userIdOf } from './ids.ts'
import { eventOf, messageEvent, notice, passingOf, saidIn } from './message-event.ts'
import type { Content, Incoming } from './protocol/incoming.ts'
import { Protocol, Stub } from './protocol/kinds.ts'
import { reactionEvents } from './reaction-events.ts'
import { redactionEvents } from './redaction-events.ts'
import { whereAndWho, type RemoteContext, type Where } from './remote-context.ts'
import { sayAbout } from './say-about.ts'
import { nothing, type Understood } from './understood.ts'

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
function timerEvents(context: RemoteContext, message: Incoming, where: Where): RemoteEvent[] {
  const { chat } = where
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
      ...eventBase(context, message, where),
      kind: 'chat-info',
      id: messageIdOf(`timer:${message.id}`),
      changes: { disappearAfterMs: timer.seconds * 1000 },
    },
  ]
}

/** A message that people read; where a line stands in its place, it takes the line's. */
function said(context: RemoteContext, message: Incoming, where: Where): Understood {
  const { unread, people } = context
  const { chat, sender } = where
  const event = messageEvent(context, message, where, true)
  if (event === undefined) return nothing
  if (!message.isFromMe) {
    unread.add(chat, { id: message.id, participant: chat === sender ? undefined : sender })
  }
  const writes = message.content === undefined ? [] : resolvedLines(context, { ...where, id: message.id })
  if (writes.length === 0) return { events: [event], writes }
  const edit: RemoteEvent = {
    ...eventBase(context, message, where),
    kind: 'edit',
    id: messageIdOf(`resolved:${message.id}`),
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

function protocolEvents(
  context: RemoteContext,
  message: Incoming,
  where: Where,
  { type, key, editedMessage, ephemeralExpiration }: NonNullable<Content['protocolMessage']>,
): readonly RemoteEvent[] {
  switch (type) {
    case Protocol.REVOKE:
      return key ? redactionEvents(context, message, where, key) : []
    case Protocol.MESSAGE_EDIT:
      return key?.id && editedMessage ? editEvents(context, message, where, { id: key.id, content: editedMessage }) : []
    case Protocol.EPHEMERAL_SETTING:
      return [sayAbout(context, message, where, wordsForTimer(ephemeralExpiration ?? 0))]
    default:
      return []
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
