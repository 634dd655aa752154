import type { RemoteEvent } from '@pons/core'
import { messageIdOf } from '../ids.ts'
import type { People } from '../people.ts'
import type { Content } from '../protocol/incoming.ts'
import { eventBase, type Arrival } from './arrival.ts'
import { authorInKey } from './author-in-key.ts'

/** Each person has one reaction to a message; an empty one takes it back. */
export function reactionEvents(
  people: People,
  arrival: Arrival,
  { key, text }: NonNullable<Content['reactionMessage']>,
): RemoteEvent[] {
  if (!key?.id) return []
  const targetAuthor = authorInKey(people, arrival, key)
  const common = {
    ...eventBase(arrival),
    sender: people.user(arrival.sender),
    target: messageIdOf(key.id),
    ...(targetAuthor !== undefined && { targetAuthor }),
  }
  return text
    ? [{ ...common, kind: 'reaction', key: text, replacesOthers: true }]
    : [{ ...common, kind: 'reaction-removal' }]
}
