import type { ChatSnapshot } from '@pons/core'
import type { Groups } from './groups.ts'
import { isGroup, type Jid } from './ids.ts'
import type { People } from './people.ts'
import type { Timers } from './timers.ts'

/** What is known of chats: who is in them, what groups look like, and how long messages stay. */
export interface KnownChats {
  readonly people: People
  readonly groups: Groups
  readonly timers: Timers
}

/** As much as is known without asking; the framework asks for the rest when it makes the room. */
export function knownSnapshot(chats: KnownChats, chat: Jid): ChatSnapshot {
  const timer = chats.timers.of(chat)
  return { ...shownOf(chats, chat), ...(timer !== undefined && { disappearAfterMs: timer.seconds * 1000 }) }
}

function shownOf({ people, groups }: Omit<KnownChats, 'timers'>, chat: Jid): ChatSnapshot {
  if (isGroup(chat)) return groups.known(chat) ?? { kind: 'group', joinRule: 'invite' }
  const self = { user: people.user(people.self()), powerLevel: 50 }
  // Nobody else is in it whom it could be named after.
  if (people.isSelf(chat)) return { kind: 'direct', name: 'Note to self', members: [self] }
  const name = people.bookNameOf(chat)
  return {
    kind: 'direct',
    ...(name !== undefined && { name }),
    members: [{ user: people.user(chat), powerLevel: 0 }, self],
  }
}
