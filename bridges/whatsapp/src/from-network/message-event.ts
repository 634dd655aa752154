import { shownName, type Block, type BridgeHost, type MessageDocument, type RemoteMessage } from '@pons/core'
import type { JsonObject } from '@pons/matrix'
import { eventBase, type Arrival } from './arrival.ts'
import { claimedAuthor } from './claimed-author.ts'
import { blocksFrom, type MentionTarget } from '../convert/from-whatsapp.ts'
import { wordsFor } from '../convert/in-words.ts'
import { mediaOf, type MessagePlace } from '../convert/media-from-whatsapp.ts'
import { plainObjectOf } from '../convert/plain-object.ts'
import { digitsOf, isGroup, jidOf, messageIdOf, userIdOf, type Jid } from '../ids.ts'
import { notesOf } from './notes.ts'
import type { People } from '../people.ts'
import { contextOf, type Content, type ContextInfo, type Incoming } from '../protocol/incoming.ts'
import type { Where } from './where-and-who.ts'

/** Who is who: on the network, and as a ghost. */
export interface Naming {
  readonly people: People
  readonly host: Pick<BridgeHost, 'ghostUserId'>
}

export interface Said {
  readonly document: MessageDocument
  readonly answered?: Pick<RemoteMessage, 'replyTo' | 'replyToAuthor'>
  readonly raw?: JsonObject
  /** True: what the message is about is not said. */
  readonly isPartial?: true
}

/** A message as an event of its own. */
export function messageEvent(people: People, arrival: Arrival, said: Said): RemoteMessage {
  return {
    ...eventBase(arrival),
    kind: 'message',
    sender: people.user(arrival.sender),
    document: said.document,
    ...passingOf(arrival.message),
    ...said.answered,
    ...(said.raw !== undefined && { raw: said.raw }),
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

/** What a message says: its text, and what hangs on it; undefined where that is nothing. */
export function saidIn(naming: Naming, { login, message, chat, sender }: Arrival): Said | undefined {
  const { id: messageId, content, isFromMe, isViewOnce } = message
  if (content === undefined) return isViewOnce ? notice('[something to be seen once, on the phone only]') : undefined
  return contentSays(naming, content, { login, chat, messageId, isFromMe, sender })
}

export function contentSays(naming: Naming, content: Content, place: MessagePlace & Where): Said | undefined {
  const found = mediaOf(content, place)
  const text = found?.caption ?? content.conversation ?? content.extendedTextMessage?.text ?? ''
  const about = contextOf(content)
  const words = found === undefined && text === '' ? wordsFor(content) : undefined
  if (found === undefined && text === '' && words === undefined) return undefined
  const notes = notesOf(naming.people, about ?? {})
  const blocks: readonly Block[] = text === '' ? [] : blocksFrom(text, mentionedIn(naming, about?.mentionedJid ?? []))
  return {
    document: {
      kind: 'text',
      blocks: [...blocks, ...(words?.blocks ?? [])],
      ...(found !== undefined && { media: found.media }),
      ...(words?.location !== undefined && { location: words.location }),
      ...(notes.length > 0 && { notes }),
    },
    answered: answeredIn(naming.people, place, about ?? {}),
    ...(words?.isRaw === true && { raw: plainObjectOf(content) }),
    ...(words?.isPartial === true && { isPartial: true }),
  }
}

/** What is quoted from another chat, or from a status post, is not in this one, whatever has the same id here. */
function answeredIn(
  people: People,
  where: Where,
  { stanzaId, participant, remoteJid }: ContextInfo,
): NonNullable<Said['answered']> {
  if (!stanzaId || (remoteJid && !isSameChat(people, where.chat, remoteJid))) return {}
  const replyToAuthor = claimedAuthor(people, where, participant)
  return { replyTo: messageIdOf(stanzaId), ...(replyToAuthor !== undefined && { replyToAuthor }) }
}

/** The other side of a private chat calls it by our name. */
function isSameChat(people: People, chat: Jid, named: string): boolean {
  const jid = jidOf(named)
  if (jid === undefined) return false
  return people.idOf(jid) === chat || (!isGroup(chat) && people.isSelf(jid))
}

export function notice(text: string): Said {
  return { document: { kind: 'notice', blocks: [{ type: 'paragraph', children: [{ type: 'text', text }] }] } }
}

function mentionedIn({ host, people }: Naming, jids: readonly string[]): MentionTarget {
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
