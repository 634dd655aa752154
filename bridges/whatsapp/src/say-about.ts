import { nameInWords, type RemoteEvent } from '@pons/core'
import { eventBase } from './event-base.ts'
import { isGroup } from './ids.ts'
import type { Incoming } from './protocol/incoming.ts'
import type { AccountContext, Where } from './remote-context.ts'

/** Said by the bot: what somebody did that has no form in Matrix. */
export function sayAbout(context: AccountContext, message: Incoming, where: Where, words: string): RemoteEvent {
  const { people } = context
  // A group's room may have others in it, and its words one login to hear them.
  const isToOwner = people.isSelf(where.sender) && !isGroup(where.chat)
  const name = isToOwner ? 'You' : nameInWords(people.nameOf(where.sender) ?? '') || 'Somebody'
  return { ...eventBase(context, message, where), kind: 'notice', text: `${name} ${words}` }
}
