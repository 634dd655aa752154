import { isGroup, type Jid } from '../ids.ts'
import type { WebMessageKey } from '../protocol/incoming.ts'
import type { MessageKey } from './actions.ts'

/** A message's key as the library writes it. */
export function webKey({ id, author }: MessageKey, chat: Jid): WebMessageKey {
  const isFromMe = author === undefined
  return { remoteJid: chat, id, fromMe: isFromMe, ...(!isFromMe && isGroup(chat) && { participant: author }) }
}
