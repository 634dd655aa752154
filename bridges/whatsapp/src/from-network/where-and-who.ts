import { isGroup, type Jid } from '../ids.ts'
import type { People } from '../people.ts'
import type { Incoming } from '../protocol/incoming.ts'

/** Where something was said or done. */
export interface Where {
  readonly chat: Jid
  /** Who said or did it. */
  readonly sender: Jid
}

/** The chat of a message, and who wrote it; what the message says of their addresses and names is learnt on the way. */
export function whereAndWho(people: People, message: Incoming): Where | undefined {
  const { isFromMe, pushName: push, verifiedName: verified } = message
  const names = isFromMe ? {} : { ...(push !== undefined && { push }), ...(verified !== undefined && { verified }) }
  const inGroup = message.chat.endsWith('@g.us')
  const chat = people.learn({
    jid: message.chat,
    alternative: message.chatAlternative,
    ...(!inGroup && names),
  })
  if (chat === undefined) return undefined
  if (isFromMe) {
    people.learn({ jid: people.self(), ...(push !== undefined && { push }) })
    return { chat, sender: people.self() }
  }
  if (!isGroup(chat)) return { chat, sender: chat }
  const sender = people.learn({ jid: message.sender ?? '', alternative: message.senderAlternative, ...names })
  return sender === undefined ? undefined : { chat, sender }
}
