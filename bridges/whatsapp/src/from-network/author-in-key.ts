import type { RemoteUserId } from '@pons/core'
import { isGroup, userIdOf } from '../ids.ts'
import type { People } from '../people.ts'
import { claimedAuthor } from './claimed-author.ts'
import type { Where } from './where-and-who.ts'

/** Whose message is meant by a key that the library has turned to how this account sees it. */
export function authorInKey(
  people: Pick<People, 'self' | 'isSelf' | 'idOf'>,
  where: Where,
  { fromMe, participant }: { readonly fromMe?: boolean | null; readonly participant?: string | null },
): RemoteUserId | undefined {
  if (fromMe === true) return userIdOf(people.self())
  const author = claimedAuthor(people, where, participant)
  return author ?? (isGroup(where.chat) ? undefined : userIdOf(where.chat))
}
