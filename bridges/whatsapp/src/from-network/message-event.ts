import type { RemoteMessage } from '@pons/core'
import type { People } from '../people.ts'
import { eventBase, type Arrival } from './arrival.ts'
import { passingOf } from './passing-of.ts'
import type { Said } from './said.ts'

/** A message as an event of its own. */
export function messageEvent(people: People, arrival: Arrival, said: Said): RemoteMessage {
  return {
    ...eventBase(arrival),
    kind: 'message',
    sender: people.user(arrival.sender),
    document: said.document,
    ...passingOf(arrival.message),
    ...said.answered,
    ...(said.raw !== undefined && { raw: said.raw }),
  }
}
