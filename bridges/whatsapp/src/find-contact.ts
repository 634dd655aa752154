import { jidOf, type Jid } from './ids.ts'
import type { People } from './people.ts'
import { lookUpNumber } from './protocol/look-up.ts'
import type { Socket } from './protocol/open-socket.ts'

/** As links to somebody have it (faq.whatsapp.com, "How to use click to chat"). */
const phoneLink =
  /^(?:(?:https?:\/\/)?wa\.me\/|(?:(?:https?:\/\/)?(?:api|web)\.whatsapp\.com\/send\/?|whatsapp:\/\/send\/?)\?(?:.*&)?phone=)(?:\+|%2B)?([\d()\s.-]+)(?:[/?&#].*)?$/i

/** The number in what a person wrote; undefined where there is none. */
export function phoneDigitsIn(text: string): string | undefined {
  const digits = (phoneLink.exec(text)?.[1] ?? text.replace(/@.*$/, '')).replace(/[\s()+./-]/g, '')
  return /^[0-9]{5,15}$/.test(digits) ? digits : undefined
}

/** Whom or what a person means: a phone number, a group's address, or an id as the bridge shows it. One question to WhatsApp at most. */
export async function findContact(socket: Socket, people: People, identifier: string): Promise<Jid | undefined> {
  const text = identifier.trim()
  const jid = jidOf(text) ?? jidOf(`${text.replace(/^lid-/, '')}@${text.startsWith('lid-') ? 'lid' : 'none'}`)
  if (jid?.endsWith('@g.us') === true || jid?.endsWith('@lid') === true) return jid
  const digits = phoneDigitsIn(jid ?? text)
  if (digits === undefined) return undefined
  const found = await lookUpNumber(socket, digits)
  return found === undefined ? undefined : people.learn({ jid: found.jid, alternative: found.lid })
}
