import { chatKeyOf, isGroup, userIdOf } from '../ids.ts'
import type { SocketEvent } from '../protocol/socket-events.ts'
import type { EphemeralParts } from './ephemeral-parts.ts'
import { personOrGroup } from './person-or-group.ts'

/** WhatsApp's clients show typing for so long without hearing of it again. */
const typingMs = 15_000

/** Who types in a chat, and who does so no more. */
export function handleTyping(
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
