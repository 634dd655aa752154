import type { RemoteEvent } from '@pons/core'
import { eventBase } from './event-base.ts'
import { adminLevel } from './groups.ts'
import { isGroup, messageIdOf, userIdOf, type Jid } from './ids.ts'
import type { Incoming } from './protocol/incoming.ts'
import { Stub } from './protocol/kinds.ts'
import type { RemoteContext, Where } from './remote-context.ts'

const missedCalls: readonly number[] = [
  Stub.CALL_MISSED_VOICE,
  Stub.CALL_MISSED_VIDEO,
  Stub.CALL_MISSED_GROUP_VOICE,
  Stub.CALL_MISSED_GROUP_VIDEO,
]

/** Messages without content, by which WhatsApp says what happened to a group. */
export function handleStub(context: RemoteContext, message: Incoming, where: Where): RemoteEvent[] {
  const { stub = 0 } = message
  if (missedCalls.includes(stub))
    return [{ ...eventBase(context, message, where), kind: 'notice', text: 'You missed a call' }]
  if (!isGroup(where.chat)) return []
  const events = groupEvents(context, message, where, stub)
  // Whom to encrypt for is asked anew before the next message.
  if (events !== undefined) context.groups.forget(where.chat)
  return events ?? []
}

/** Of these it must be said what it is now; a description may be gone. */
const saysToWhat: readonly number[] = [
  Stub.GROUP_CHANGE_SUBJECT,
  Stub.GROUP_CHANGE_ANNOUNCE,
  Stub.GROUP_CHANGE_RESTRICT,
]

/** undefined for what is nothing to us. */
function groupEvents(context: RemoteContext, message: Incoming, where: Where, stub: number): RemoteEvent[] | undefined {
  const [first = ''] = message.stubParameters
  if (first === '' && saysToWhat.includes(stub)) {
    context.readAnew(where.chat)
    return []
  }
  switch (stub) {
    case Stub.GROUP_CREATE:
      context.readAnew(where.chat)
      return []
    case Stub.GROUP_CHANGE_ICON:
      context.readAnew(where.chat)
      return undefined
    case Stub.GROUP_CHANGE_SUBJECT:
      return [changed(context, message, where, { name: first })]
    case Stub.GROUP_CHANGE_DESCRIPTION:
      return [changed(context, message, where, { topic: first })]
    case Stub.GROUP_CHANGE_ANNOUNCE:
      return [changed(context, message, where, { sendLevel: isOn(first) ? adminLevel : 0 })]
    case Stub.GROUP_CHANGE_RESTRICT:
      return [changed(context, message, where, { topicLevel: isOn(first) ? adminLevel : 0 })]
    case Stub.GROUP_PARTICIPANT_ADD:
    case Stub.GROUP_PARTICIPANT_INVITE:
    case Stub.GROUP_PARTICIPANT_ADD_REQUEST_JOIN:
      return memberships(context, message, where, 'join')
    case Stub.GROUP_PARTICIPANT_REMOVE:
      return memberships(context, message, where, 'kick')
    case Stub.GROUP_PARTICIPANT_LEAVE:
      return memberships(context, message, where, 'leave')
    case Stub.GROUP_PARTICIPANT_PROMOTE:
      return [levels(context, message, where, adminLevel)]
    case Stub.GROUP_PARTICIPANT_DEMOTE:
      return [levels(context, message, where, 0)]
    default:
      return undefined
  }
}

function isOn(parameter: string): boolean {
  return parameter === 'on' || parameter === 'true'
}

/** One message may speak of several people: each is an event of its own. */
function memberships(
  context: RemoteContext,
  message: Incoming,
  where: Where,
  change: 'join' | 'kick' | 'leave',
): RemoteEvent[] {
  const { people } = context
  const subjects = participantsIn(context, message)
  // The account itself was brought in: there is a chat that was not there before.
  if (change === 'join' && subjects.some((jid) => people.isSelf(jid))) context.readAnew(where.chat)
  return subjects.map((jid) => {
    const isOwnDoing = jid === where.sender
    return {
      ...eventBase(context, message, where),
      id: messageIdOf(`member:${message.id}:${jid}`),
      kind: 'membership',
      user: people.user(jid),
      change: change === 'kick' && isOwnDoing ? 'leave' : change,
      ...(!isOwnDoing && { by: people.user(where.sender) }),
    }
  })
}

function levels(context: RemoteContext, message: Incoming, where: Where, powerLevel: number): RemoteEvent {
  const { people } = context
  return {
    ...eventBase(context, message, where),
    kind: 'chat-info',
    sender: people.user(where.sender),
    changes: {},
    levels: participantsIn(context, message).map((jid) => ({ user: userIdOf(jid), powerLevel })),
  }
}

function changed(
  context: RemoteContext,
  message: Incoming,
  where: Where,
  changes: Extract<RemoteEvent, { kind: 'chat-info' }>['changes'],
): RemoteEvent {
  return {
    ...eventBase(context, message, where),
    kind: 'chat-info',
    sender: context.people.user(where.sender),
    changes,
  }
}

/** The library puts each participant into a parameter of its own, as JSON. */
function participantsIn({ people }: RemoteContext, { stubParameters }: Incoming): Jid[] {
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
