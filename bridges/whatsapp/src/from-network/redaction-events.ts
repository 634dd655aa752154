import type { RemoteEvent } from '@pons/core'
import { jidOf, messageIdOf, userIdOf } from '../ids.ts'
import type { KnownChats } from '../known-snapshot.ts'
import type { NamedKey } from '../protocol/incoming.ts'
import { eventBase, type Arrival } from './arrival.ts'

/** Everybody may take back what is theirs, an administrator of a group what is anybody's. */
export function redactionEvents(
  { people, groups }: Omit<KnownChats, 'timers'>,
  arrival: Arrival,
  { id, fromMe, participant }: NamedKey,
): RemoteEvent[] {
  const { chat, sender, message } = arrival
  const mayRevoke = fromMe === true || message.isFromMe || groups.isAdmin(chat, sender)
  if (!id || !mayRevoke) return []
  const named = jidOf(participant)
  // The id is its sender's choice: whoever says that it is theirs takes back what is theirs.
  const author = fromMe === true ? sender : named && people.idOf(named)
  return [
    {
      ...eventBase(arrival),
      kind: 'redaction',
      sender: people.user(sender),
      target: messageIdOf(id),
      ...(author !== undefined && { targetAuthor: userIdOf(author) }),
    },
  ]
}
