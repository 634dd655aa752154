import type { BridgeHost, LoginId } from '@pons/core'
import { chatKeyOf, isGroup, jidOf, messageIdOf, userIdOf, type Jid } from '../ids.ts'
import type { People } from '../people.ts'
import { Status } from '../protocol/kinds.ts'
import type { SocketEvent } from '../protocol/socket-events.ts'

/** WhatsApp's clients show typing for so long without hearing of it again. */
const typingMs = 15_000

/** Whose account heard of it, and who is told. */
export interface EphemeralParts {
  readonly host: Pick<BridgeHost, 'ingestEphemeral'>
  readonly login: LoginId
  readonly people: People
}

export function handlePresence(
  { host, login, people }: EphemeralParts,
  { id, presences }: SocketEvent<'presence.update'>,
): void {
  const chat = personOrGroup(people, id)
  if (chat === undefined) return
  for (const [participant, { lastKnownPresence }] of Object.entries(presences)) {
    const user = personOrGroup(people, participant)
    if (user === undefined || isGroup(user) || people.isSelf(user)) continue
    const isTyping = lastKnownPresence === 'composing' || lastKnownPresence === 'recording'
    const timeoutMs = isTyping ? typingMs : 0
    host.ingestEphemeral({ kind: 'typing', chat: chatKeyOf(chat, login), user: userIdOf(user), timeoutMs })
  }
}

/** In a private chat: the other side has read, or the account itself on another device. */
export function handleStatus({ host, login, people }: EphemeralParts, updates: SocketEvent<'messages.update'>): void {
  for (const { key, update } of updates) {
    const chat = personOrGroup(people, key.remoteJid)
    if (chat === undefined || isGroup(chat) || !key.id || (update.status ?? 0) < Status.READ) continue
    const reader = key.fromMe === true ? chat : people.self()
    const read = { upTo: messageIdOf(key.id), upToAuthor: userIdOf(key.fromMe === true ? people.self() : chat) }
    host.ingestEphemeral({ kind: 'receipt', chat: chatKeyOf(chat, login), user: userIdOf(reader), login, ...read })
  }
}

/** People are told of what they wrote themselves; of what the account read on another device, the author is not said. */
export function handleGroupReceipts(
  { host, login, people }: EphemeralParts,
  updates: SocketEvent<'message-receipt.update'>,
): void {
  for (const { key, receipt } of updates) {
    const chat = personOrGroup(people, key.remoteJid)
    const reader = personOrGroup(people, receipt.userJid)
    if (chat === undefined || reader === undefined || !key.id || !receipt.readTimestamp) continue
    const author = people.isSelf(reader) ? {} : { upToAuthor: userIdOf(people.self()) }
    const read = { upTo: messageIdOf(key.id), ...author }
    host.ingestEphemeral({ kind: 'receipt', chat: chatKeyOf(chat, login), user: userIdOf(reader), login, ...read })
  }
}

/** The address somebody goes by, whichever of theirs a receipt names. */
function personOrGroup(people: People, text: string | null | undefined): Jid | undefined {
  const jid = jidOf(text)
  return jid === undefined ? undefined : people.idOf(jid)
}
