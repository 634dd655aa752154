import { shownName, type Block, type MessageDocument, type RemoteMessage } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import { claimedAuthor } from './claimed-author.ts'
import { blocksFrom, type MentionTarget } from './convert/from-whatsapp.ts'
import { wordsFor } from './convert/in-words.ts'
import { mediaOf, type MessagePlace } from './convert/media-from-whatsapp.ts'
import { plainObjectOf } from './convert/plain-object.ts'
import { eventBase } from './event-base.ts'
import { digitsOf, isGroup, jidOf, messageIdOf, userIdOf, type Jid } from './ids.ts'
import { notesOf } from './notes.ts'
import { contextOf, type Content, type ContextInfo, type Incoming } from './protocol/incoming.ts'
import { knownSnapshot, type RemoteContext, type Where } from './remote-context.ts'

export interface Said {
  readonly document: MessageDocument
  readonly answered?: Pick<RemoteMessage, 'replyTo' | 'replyToAuthor'>
  readonly raw?: JsonObject
  /** True: what the message is about is not said. */
  readonly isPartial?: true
}

/** A message as an event of its own, with what a portal is made from, where it may make one; undefined where it says nothing. */
export function messageEvent(
  context: RemoteContext,
  message: Incoming,
  where: Where,
  mayCreate: boolean,
): RemoteMessage | undefined {
  const said = saidIn(context, message, where)
  return said === undefined ? undefined : eventOf(context, message, { ...where, said, mayCreate })
}

export function eventOf(
  context: RemoteContext,
  message: Incoming,
  { chat, sender, said, mayCreate }: Where & { readonly said: Said; readonly mayCreate: boolean },
): RemoteMessage {
  return {
    ...eventBase(context, message, { chat, sender }),
    kind: 'message',
    sender: context.people.user(sender),
    document: said.document,
    ...passingOf(message),
    ...said.answered,
    ...(said.raw !== undefined && { raw: said.raw }),
    ...(mayCreate && { createPortal: knownSnapshot(context, chat) }),
  }
}

/** Until when it stays, and whether it is to be seen once. */
export function passingOf({
  timestampMs,
  timer,
  isViewOnce,
  content,
}: Incoming): Pick<RemoteMessage, 'disappearsAtMs' | 'isViewOnce'> {
  return {
    ...(timer !== undefined && { disappearsAtMs: timestampMs + timer.seconds * 1000 }),
    // Where it did not come along, there is nothing that could be seen.
    ...(isViewOnce && content !== undefined && { isViewOnce }),
  }
}

/** What a message says: its text, and what hangs on it. */
export function saidIn(context: RemoteContext, message: Incoming, { chat, sender }: Where): Said | undefined {
  const { content } = message
  if (content === undefined)
    return message.isViewOnce ? notice('[something to be seen once, on the phone only]') : undefined
  const place = {
    login: context.login,
    chat,
    messageId: message.id,
    isFromMe: message.isFromMe,
    sender,
  }
  return contentSays(context, content, place)
}

export function contentSays(context: RemoteContext, content: Content, place: MessagePlace & Where): Said | undefined {
  const found = mediaOf(content, place)
  const text = found?.caption ?? content.conversation ?? content.extendedTextMessage?.text ?? ''
  const about = contextOf(content)
  const words = found === undefined && text === '' ? wordsFor(content) : undefined
  if (found === undefined && text === '' && words === undefined) return undefined
  const notes = notesOf(context, about ?? {})
  const blocks: readonly Block[] = text === '' ? [] : blocksFrom(text, mentionedIn(context, about?.mentionedJid ?? []))
  return {
    document: {
      kind: 'text',
      blocks: [...blocks, ...(words?.blocks ?? [])],
      ...(found !== undefined && { media: found.media }),
      ...(words?.location !== undefined && { location: words.location }),
      ...(notes.length > 0 && { notes }),
    },
    answered: answeredIn(context, place, about ?? {}),
    ...(words?.isRaw === true && { raw: plainObjectOf(content) }),
    ...(words?.isPartial === true && { isPartial: true }),
  }
}

/** What is quoted from another chat, or from a status post, is not in this one, whatever has the same id here. */
function answeredIn(
  context: RemoteContext,
  where: Where,
  { stanzaId, participant, remoteJid }: ContextInfo,
): NonNullable<Said['answered']> {
  if (!stanzaId || (remoteJid && !isSameChat(context, where.chat, remoteJid))) return {}
  const replyToAuthor = claimedAuthor(context, where, participant)
  return { replyTo: messageIdOf(stanzaId), ...(replyToAuthor !== undefined && { replyToAuthor }) }
}

/** The other side of a private chat calls it by our name. */
function isSameChat({ people }: RemoteContext, chat: Jid, named: string): boolean {
  const jid = jidOf(named)
  if (jid === undefined) return false
  return people.idOf(jid) === chat || (!isGroup(chat) && people.isSelf(jid))
}

export function notice(text: string): Said {
  return { document: { kind: 'notice', blocks: [{ type: 'paragraph', children: [{ type: 'text', text }] }] } }
}

function mentionedIn({ host, people }: RemoteContext, jids: readonly string[]): MentionTarget {
  const mentioned = new Map<string, Jid>()
  for (const text of jids) {
    const jid = jidOf(text)
    if (jid !== undefined) mentioned.set(digitsOf(jid), people.idOf(jid))
  }
  return (digits) => {
    const jid = mentioned.get(digits)
    if (jid === undefined) return undefined
    return { target: host.ghostUserId(userIdOf(jid)), name: shownName(people.nameOf(jid) ?? '') || digits }
  }
}
