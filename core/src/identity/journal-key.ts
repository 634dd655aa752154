import type { RemoteUser } from '../network/chat.ts'
import type { RemoteUserId } from '../network/ids.ts'
import { boundedKey } from '../text/bounded-key.ts'
import type { Aliases } from './aliases.ts'

/** As much of an event as tells it from others. */
export interface EventName {
  readonly id: string
  readonly idBy?: RemoteUserId
  readonly sender?: RemoteUser | undefined
}

/** What an event goes by in the journal of its chat: its id, and whose choice that is, where it is somebody's. */
export function journalKey(aliases: Aliases, { id, idBy }: EventName): string {
  return idBy === undefined ? id : keyOf(id, aliases.resolve('user', idBy))
}

/** The same under every id that its author has gone by. */
export function journalKeys(aliases: Aliases, { id, idBy, sender }: EventName): readonly string[] {
  if (idBy === undefined) return [id]
  // What this very event says of its sender is not in the aliases yet.
  const alsoKnownAs = sender?.id === idBy ? (sender.aliases ?? []) : []
  const authors = [idBy, ...alsoKnownAs].flatMap((name) => [name, ...aliases.namesOf('user', name)])
  return [...new Set(authors)].map((author) => keyOf(id, author))
}

function keyOf(id: string, author: string): string {
  return boundedKey(`${id} by ${author}`)
}
