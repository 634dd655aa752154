import type { RemoteEvent } from '@pons/core'
import { authorInKey } from './claimed-author.ts'
import { eventBase } from './event-base.ts'
import { messageIdOf } from './ids.ts'
import type { Content, Incoming } from './protocol/incoming.ts'
import type { AccountContext, Where } from './remote-context.ts'

/** Each person has one reaction to a message; an empty one takes it back. */
export function reactionEvents(
  context: AccountContext,
  message: Incoming,
  where: Where,
  { key, text }: NonNullable<Content['reactionMessage']>,
): RemoteEvent[] {
  if (!key?.id) return []
  const targetAuthor = authorInKey(context, where, key)
  const common = {
    ...eventBase(context, message, where),
    sender: context.people.user(where.sender),
    target: messageIdOf(key.id),
    ...(targetAuthor !== undefined && { targetAuthor }),
  }
  return text
    ? [{ ...common, kind: 'reaction', key: text, replacesOthers: true }]
    : [{ ...common, kind: 'reaction-removal' }]
}
