import type { RemoteEvent } from '@pons/core'
import { eventBase } from './event-base.ts'
import { jidOf, messageIdOf, userIdOf } from './ids.ts'
import type { Incoming, NamedKey } from './protocol/incoming.ts'
import type { AccountContext, Where } from './remote-context.ts'

/** Everybody may take back what is theirs, an administrator of a group what is anybody's. */
export function redactionEvents(
  context: AccountContext,
  message: Incoming,
  where: Where,
  { id, fromMe, participant }: NamedKey,
): RemoteEvent[] {
  const { people, groups } = context
  const { chat, sender } = where
  const mayRevoke = fromMe === true || message.isFromMe || groups.isAdmin(chat, sender)
  if (!id || !mayRevoke) return []
  const named = jidOf(participant)
  // The id is its sender's choice: whoever says that it is theirs takes back what is theirs.
  const author = fromMe === true ? sender : named && people.idOf(named)
  return [
    {
      ...eventBase(context, message, where),
      kind: 'redaction',
      sender: people.user(sender),
      target: messageIdOf(id),
      ...(author !== undefined && { targetAuthor: userIdOf(author) }),
    },
  ]
}
