import type { WASocket } from '@whiskeysockets/baileys'
import { jidOf, type Jid } from './ids.ts'
import type { People } from './people.ts'

/** Whom or what a person means: a phone number, a group's address, or an id as the bridge shows it. One question to WhatsApp at most. */
export async function findContact(socket: WASocket, people: People, identifier: string): Promise<Jid | undefined> {
  const text = identifier.trim()
  const jid = jidOf(text) ?? jidOf(`${text.replace(/^lid-/, '')}@${text.startsWith('lid-') ? 'lid' : 'none'}`)
  if (jid?.endsWith('@g.us') === true || jid?.endsWith('@lid') === true) return jid
  const digits = (jid ?? text).replace(/@.*$/, '').replace(/[\s()+./-]/g, '')
  if (!/^[0-9]{5,15}$/.test(digits)) return undefined
  const [found] = (await socket.onWhatsApp(digits)) ?? []
  if (found?.exists !== true) return undefined
  const lid = await socket.signalRepository.lidMapping.getLIDForPN(found.jid)
  return people.learn({ jid: found.jid, alternative: lid })
}
