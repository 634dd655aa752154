import { chatKeyOf, messageIdOf, userIdOf } from '../ids.ts'
import type { SocketEvent } from '../protocol/socket-events.ts'
import type { EphemeralParts } from './ephemeral-parts.ts'
import { personOrGroup } from './person-or-group.ts'

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
