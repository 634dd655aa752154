import { chatKeyOf, isGroup, jidOf, messageIdOf, userIdOf, type Jid } from './ids.ts'
import { Status } from './protocol/kinds.ts'
import type { SocketEvent } from './protocol/socket-events.ts'
import type { RemoteContext } from './remote-context.ts'

/** WhatsApp's clients show typing for so long without hearing of it again. */
const typingMs = 15_000

export function handlePresence(context: RemoteContext, { id, presences }: SocketEvent<'presence.update'>): void {
  const { host, login, people } = context
  const chat = personOrGroup(context, id)
  if (chat === undefined) return
  for (const [participant, { lastKnownPresence }] of Object.entries(presences)) {
    const user = personOrGroup(context, participant)
    if (user === undefined || isGroup(user) || people.isSelf(user)) continue
    const isTyping = lastKnownPresence === 'composing' || lastKnownPresence === 'recording'
    const timeoutMs = isTyping ? typingMs : 0
    host.ingestEphemeral({ kind: 'typing', chat: chatKeyOf(chat, login), user: userIdOf(user), timeoutMs })
  }
}

/** In a private chat: the other side has read, or the account itself on another device. */
export function handleStatus(context: RemoteContext, updates: SocketEvent<'messages.update'>): void {
  const { host, login, people } = context
  for (const { key, update } of updates) {
    const chat = personOrGroup(context, key.remoteJid)
    if (chat === undefined || isGroup(chat) || !key.id || (update.status ?? 0) < Status.READ) continue
    const reader = key.fromMe === true ? chat : people.self()
    const read = { upTo: messageIdOf(key.id), upToAuthor: userIdOf(key.fromMe === true ? people.self() : chat) }
    host.ingestEphemeral({ kind: 'receipt', chat: chatKeyOf(chat, login), user: userIdOf(reader), login, ...read })
  }
}

/** People are told of what they wrote themselves; of what the account read on another device, the author is not said. */
export function handleGroupReceipts(context: RemoteContext, updates: SocketEvent<'message-receipt.update'>): void {
  const { host, login, people } = context
  for (const { key, receipt } of updates) {
    const chat = personOrGroup(context, key.remoteJid)
    const reader = personOrGroup(context, receipt.userJid)
    if (chat === undefined || reader === undefined || !key.id || !receipt.readTimestamp) continue
    const author = people.isSelf(reader) ? {} : { upToAuthor: userIdOf(people.self()) }
    const read = { upTo: messageIdOf(key.id), ...author }
    host.ingestEphemeral({ kind: 'receipt', chat: chatKeyOf(chat, login), user: userIdOf(reader), login, ...read })
  }
}

/** The address somebody goes by, whichever of theirs a receipt names. */
function personOrGroup({ people }: RemoteContext, text: string | null | undefined): Jid | undefined {
  const jid = jidOf(text)
  return jid === undefined ? undefined : people.idOf(jid)
}
