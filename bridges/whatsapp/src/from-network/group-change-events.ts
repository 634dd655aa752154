import type { RemoteEvent } from '@pons/core'
import { adminLevel } from '../groups.ts'
import { isGroup, messageIdOf, userIdOf, type Jid } from '../ids.ts'
import type { KnownChats } from '../known-snapshot.ts'
import type { People } from '../people.ts'
import type { Incoming } from '../protocol/incoming.ts'
import { Stub } from '../protocol/kinds.ts'
import { eventBase, type Arrival } from './arrival.ts'

const missedCalls: readonly number[] = [
  Stub.CALL_MISSED_VOICE,
  Stub.CALL_MISSED_VIDEO,
  Stub.CALL_MISSED_GROUP_VOICE,
  Stub.CALL_MISSED_GROUP_VIDEO,
]

/** What a change of a group may bear upon. */
interface ChangedGroup extends Omit<KnownChats, 'timers'> {
  readonly readAnew: (chat: Jid) => void
}

/** Messages without content, by which WhatsApp says what happened to a group. */
export function groupChangeEvents(about: ChangedGroup, arrival: Arrival): RemoteEvent[] {
  const { chat, message } = arrival
  const { stub = 0 } = message
  if (missedCalls.includes(stub)) return [{ ...eventBase(arrival), kind: 'notice', text: 'You missed a call' }]
  if (!isGroup(chat)) return []
  const events = groupEvents(about, arrival, stub)
  // Whom to encrypt for is asked anew before the next message.
  if (events !== undefined) about.groups.forget(chat)
  return events ?? []
}

/** Of these it must be said what it is now; a description may be gone. */
const saysToWhat: readonly number[] = [
  Stub.GROUP_CHANGE_SUBJECT,
  Stub.GROUP_CHANGE_ANNOUNCE,
  Stub.GROUP_CHANGE_RESTRICT,
]

/** undefined for what is nothing to us. */
function groupEvents(
  { people, readAnew }: Omit<ChangedGroup, 'groups'>,
  arrival: Arrival,
  stub: number,
): RemoteEvent[] | undefined {
  const { chat, message } = arrival
  const [first = ''] = message.stubParameters
  if (first === '' && saysToWhat.includes(stub)) {
    readAnew(chat)
    return []
  }
  switch (stub) {
    case Stub.GROUP_CREATE:
      readAnew(chat)
      return []
    case Stub.GROUP_CHANGE_ICON:
      readAnew(chat)
      return undefined
    case Stub.GROUP_CHANGE_SUBJECT:
      return [changed(people, arrival, { name: first })]
    case Stub.GROUP_CHANGE_DESCRIPTION:
      return [changed(people, arrival, { topic: first })]
    case Stub.GROUP_CHANGE_ANNOUNCE:
      return [changed(people, arrival, { sendLevel: isOn(first) ? adminLevel : 0 })]
    case Stub.GROUP_CHANGE_RESTRICT:
      return [changed(people, arrival, { topicLevel: isOn(first) ? adminLevel : 0 })]
    case Stub.GROUP_PARTICIPANT_ADD:
    case Stub.GROUP_PARTICIPANT_INVITE:
    case Stub.GROUP_PARTICIPANT_ADD_REQUEST_JOIN:
      // The account itself was brought in: there is a chat that was not there before.
      if (participantsIn(people, message).some((jid) => people.isSelf(jid))) readAnew(chat)
      return memberships(people, arrival, 'join')
    case Stub.GROUP_PARTICIPANT_REMOVE:
      return memberships(people, arrival, 'kick')
    case Stub.GROUP_PARTICIPANT_LEAVE:
      return memberships(people, arrival, 'leave')
    case Stub.GROUP_PARTICIPANT_PROMOTE:
      return [levels(people, arrival, adminLevel)]
    case Stub.GROUP_PARTICIPANT_DEMOTE:
      return [levels(people, arrival, 0)]
    default:
      return undefined
  }
}

function isOn(parameter: string): boolean {
  return parameter === 'on' || parameter === 'true'
}

/** One message may speak of several people: each is an event of its own. */
function memberships(people: People, arrival: Arrival, change: 'join' | 'kick' | 'leave'): RemoteEvent[] {
  const { message, sender } = arrival
  return participantsIn(people, message).map((jid) => {
    const isOwnDoing = jid === sender
    return {
      ...eventBase(arrival),
      id: messageIdOf(`member:${message.id}:${jid}`),
      kind: 'membership',
      user: people.user(jid),
      change: change === 'kick' && isOwnDoing ? 'leave' : change,
      ...(!isOwnDoing && { by: people.user(sender) }),
    }
  })
}

function levels(people: People, arrival: Arrival, powerLevel: number): RemoteEvent {
  const { message, sender } = arrival
  return {
    ...eventBase(arrival),
    kind: 'chat-info',
    sender: people.user(sender),
    changes: {},
    levels: participantsIn(people, message).map((jid) => ({ user: userIdOf(jid), powerLevel })),
  }
}

function changed(
  people: People,
  arrival: Arrival,
  changes: Extract<RemoteEvent, { kind: 'chat-info' }>['changes'],
): RemoteEvent {
  return {
    ...eventBase(arrival),
    kind: 'chat-info',
    sender: people.user(arrival.sender),
    changes,
  }
}

/** The library puts each participant into a parameter of its own, as JSON. */
function participantsIn(people: People, { stubParameters }: Incoming): Jid[] {
  return stubParameters.flatMap((parameter) => {
    const { id = '', phoneNumber, lid } = parsed(parameter)
    return people.learn({ jid: id, alternative: phoneNumber ?? lid }) ?? []
  })
}

function parsed(parameter: string): { id?: string; phoneNumber?: string; lid?: string } {
  try {
    return JSON.parse(parameter) as { id?: string }
  } catch {
    return { id: parameter }
  }
}
