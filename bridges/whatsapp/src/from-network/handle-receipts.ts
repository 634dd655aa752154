import { chatKeyOf, isGroup, messageIdOf, userIdOf } from '../ids.ts'
import { Status } from '../protocol/kinds.ts'
import type { SocketEvent } from '../protocol/socket-events.ts'
import type { EphemeralParts } from './ephemeral-parts.ts'
import { personOrGroup } from './person-or-group.ts'

/** In a private chat: the other side has read, or the account itself on another device. */
export function handleReceipts({ host, login, people }: EphemeralParts, updates: SocketEvent<'messages.update'>): void {
  for (const { key, update } of updates) {
    const chat = personOrGroup(people, key.remoteJid)
    if (chat === undefined || isGroup(chat) || !key.id || (update.status ?? 0) < Status.READ) continue
    const reader = key.fromMe === true ? chat : people.self()
    const read = { upTo: messageIdOf(key.id), upToAuthor: userIdOf(key.fromMe === true ? people.self() : chat) }
    host.ingestEphemeral({ kind: 'receipt', chat: chatKeyOf(chat, login), user: userIdOf(reader), login, ...read })
  }
}
