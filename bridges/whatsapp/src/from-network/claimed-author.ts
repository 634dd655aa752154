import type { RemoteUserId } from '@pons/core'
import { isGroup, isLid, jidOf, userIdOf } from '../ids.ts'
import type { People } from '../people.ts'
import type { Where } from './where-and-who.ts'

/** Whose message is answered; undefined where that is not said, or said in a way that cannot be compared. */
export function claimedAuthor(
  people: Pick<People, 'self' | 'isSelf' | 'idOf'>,
  { chat, sender }: Where,
  participant: string | null | undefined,
): RemoteUserId | undefined {
  const named = jidOf(participant)
  if (named === undefined) return undefined
  if (people.isSelf(named)) return userIdOf(people.self())
  if (!isGroup(chat)) return userIdOf(chat)
  const author = people.idOf(named)
  // A number says nothing of somebody who is known by an opaque id alone, nor the other way round.
  return isLid(author) === isLid(sender) ? userIdOf(author) : undefined
}
