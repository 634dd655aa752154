import { shownName, type Note } from '@pons/core'
import { jidOf } from '../ids.ts'
import type { People } from '../people.ts'
import type { Content, ContextInfo } from '../protocol/incoming.ts'

/** From here on WhatsApp's own apps say that something has been forwarded many times. */
const manyTimes = 5
const longestExcerpt = 100

/** What WhatsApp says about a message: that it was said elsewhere before, and which status it answers. */
export function notesOf(people: People, about: ContextInfo): readonly Note[] {
  const forwarded = forwardWords(about)
  const answered = about.remoteJid === 'status@broadcast' ? statusWords(people, about) : undefined
  return [
    ...(forwarded === undefined ? [] : [{ text: forwarded, isQuotation: true } as const]),
    ...(answered === undefined ? [] : [{ text: answered }]),
  ]
}

/** From whom it is WhatsApp tells of its channels alone. */
function forwardWords(about: ContextInfo): string | undefined {
  const { isForwarded, forwardedNewsletterMessageInfo: channel } = about
  const score = about.forwardingScore ?? 0
  const name = shownName(channel?.newsletterName ?? '')
  if (name !== '') return `↪ Forwarded from the channel ${name}`
  if (isForwarded !== true && score === 0) return undefined
  return score >= manyTimes ? '↪ Forwarded many times' : '↪ Forwarded'
}

function statusWords(people: People, { participant, quotedMessage }: ContextInfo): string {
  const author = jidOf(participant)
  const isOwn = author !== undefined && people.isSelf(author)
  const name = author === undefined || isOwn ? '' : shownName(people.nameOf(people.idOf(author)) ?? '')
  const whose = isOwn ? 'your status' : name === '' ? 'a status' : `a status of ${name}`
  const said = shownName(wordsIn(quotedMessage ?? {}), longestExcerpt)
  return `↩ Answers ${whose}${said === '' ? '' : `: “${said}”`}`
}

function wordsIn({ conversation, extendedTextMessage, imageMessage, videoMessage }: Content): string {
  return conversation || extendedTextMessage?.text || imageMessage?.caption || videoMessage?.caption || ''
}
