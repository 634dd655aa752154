import { shownName, type Block } from '@pons/core'
import { blocksFrom, type MentionTarget } from '../convert/from-whatsapp.ts'
import { wordsFor } from '../convert/in-words.ts'
import { mediaOf, type MessagePlace } from '../convert/media-from-whatsapp.ts'
import { plainObjectOf } from '../convert/plain-object.ts'
import { digitsOf, isGroup, jidOf, messageIdOf, userIdOf, type Jid } from '../ids.ts'
import type { People } from '../people.ts'
import { contextOf } from '../protocol/context-of.ts'
import type { Content, ContextInfo } from '../protocol/incoming.ts'
import { claimedAuthor } from './claimed-author.ts'
import type { Naming } from './naming.ts'
import { notesOf } from './notes.ts'
import type { Said } from './said.ts'
import type { Where } from './where-and-who.ts'

/** What a content says, wherever it stands: in a message, or in an edit of one. */
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
