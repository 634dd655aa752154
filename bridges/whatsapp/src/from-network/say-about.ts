import { nameInWords, type RemoteEvent } from '@pons/core'
import { isGroup } from '../ids.ts'
import type { People } from '../people.ts'
import { eventBase, type Arrival } from './arrival.ts'

/** Said by the bot: what somebody did that has no form in Matrix. */
export function sayAbout(people: People, arrival: Arrival, words: string): RemoteEvent {
  const { chat, sender } = arrival
  // A group's room may have others in it, and its words one login to hear them.
  const isToOwner = people.isSelf(sender) && !isGroup(chat)
  const name = isToOwner ? 'You' : nameInWords(people.nameOf(sender) ?? '') || 'Somebody'
  return { ...eventBase(arrival), kind: 'notice', text: `${name} ${words}` }
}
