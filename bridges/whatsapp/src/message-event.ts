import type { Block, MessageDocument, RemoteMessage } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import type { proto } from '@whiskeysockets/baileys'
import { blocksFrom, type MentionTarget } from './convert/from-whatsapp.ts'
import { wordsFor } from './convert/in-words.ts'
import { mediaOf, type MessagePlace } from './convert/media-from-whatsapp.ts'
import { plainObjectOf } from './convert/plain-object.ts'
import { chatKeyOf, digitsOf, jidOf, messageIdOf, userIdOf, type Jid } from './ids.ts'
import type { Content, Incoming } from './protocol/incoming.ts'
import { knownSnapshot, type RemoteContext } from './remote-context.ts'

export interface Said {
  readonly document: MessageDocument
  readonly replyTo?: string
  readonly raw?: JsonObject
}

interface Where {
  readonly chat: Jid
  readonly sender: Jid
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
  { id, timestampMs }: Incoming,
  { chat, sender, said, mayCreate }: Where & { readonly said: Said; readonly mayCreate: boolean },
): RemoteMessage {
  const { login, people } = context
  return {
    kind: 'message',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(id),
    timestampMs,
    login,
    sender: people.user(sender),
    document: said.document,
    ...(said.replyTo !== undefined && { replyTo: messageIdOf(said.replyTo) }),
    ...(said.raw !== undefined && { raw: said.raw }),
    ...(mayCreate && { createPortal: knownSnapshot(context, chat) }),
  }
}

/** What a message says: its text, and what hangs on it. */
export function saidIn(context: RemoteContext, message: Incoming, { chat, sender }: Where): Said | undefined {
  const { content } = message
  if (content === undefined)
    return message.isViewOnce ? notice('[something to be seen once, on the phone only]') : undefined
  const place: MessagePlace = {
    login: context.login,
    chat,
    messageId: message.id,
    isFromMe: message.isFromMe,
    sender,
  }
  return contentSays(context, content, place)
}

export function contentSays(context: RemoteContext, content: Content, place: MessagePlace): Said | undefined {
  const found = mediaOf(content, place)
  const text = found?.caption ?? content.conversation ?? content.extendedTextMessage?.text ?? ''
  const about = contextOf(content)
  const words = found === undefined && text === '' ? wordsFor(content) : undefined
  if (found === undefined && text === '' && words === undefined) return undefined
  const blocks: readonly Block[] = text === '' ? [] : blocksFrom(text, mentionedIn(context, about?.mentionedJid ?? []))
  const replyTo = about?.stanzaId
  return {
    document: {
      kind: 'text',
      blocks: [...blocks, ...(words?.blocks ?? [])],
      ...(found !== undefined && { media: found.media }),
      ...(words?.location !== undefined && { location: words.location }),
    },
    ...(replyTo && about?.remoteJid !== 'status@broadcast' && { replyTo }),
    ...(words?.isRaw === true && { raw: plainObjectOf(content) }),
  }
}

export function notice(text: string): Said {
  return { document: { kind: 'notice', blocks: [{ type: 'paragraph', children: [{ type: 'text', text }] }] } }
}

/** What any kind of content may say about itself: whom it answers, whom it mentions. */
function contextOf(content: Content): proto.IContextInfo | undefined {
  for (const field of Object.values(content) as unknown[]) {
    if (typeof field !== 'object' || field === null || !('contextInfo' in field)) continue
    const { contextInfo } = field as { contextInfo?: proto.IContextInfo | null }
    if (contextInfo) return contextInfo
  }
  return undefined
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
    return { target: host.ghostUserId(userIdOf(jid)), name: people.nameOf(jid) ?? digits }
  }
}
