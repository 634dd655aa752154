import { isEventId, isJsonObject, type EventId, type JsonObject, type UserId } from '@pons/matrix'
import type { Ghosts } from '../../ghost/ghosts.ts'
import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import type { MessageStore } from '../../storage/message-store.ts'
import type { ReactionStore } from '../../storage/reaction-store.ts'
import { fromMatrix } from '../../document/from-matrix.ts'
import { saysNothing } from '../../document/says-nothing.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import { levelsOf } from '../../matrix-side/room-levels.ts'
import type {
  EditIntent,
  MatrixIntent,
  MatrixSender,
  MembershipIntent,
  MessageIntent,
} from '../../network/matrix-intent.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import { inOtherWords } from './other-events.ts'

type Needs = {
  readonly api: MatrixApi
  readonly ghosts: Ghosts
  readonly messages: MessageStore
  readonly reactions: ReactionStore
}

type Base = Pick<MatrixIntent, 'chat' | 'roomId' | 'eventId' | 'sender' | 'timestampMs'>

/** What a Matrix event asks of the network; nothing for events that mean nothing over there. */
export async function intentsOf(
  needs: Needs,
  portal: PortalRecord,
  event: ClientEvent,
  sender: MatrixSender,
): Promise<MatrixIntent[]> {
  const base: Base = {
    chat: portal.chat,
    roomId: event.room_id,
    eventId: event.event_id,
    sender,
    timestampMs: event.origin_server_ts,
  }
  switch (event.type) {
    case 'm.room.message':
    case 'm.sticker':
      return said(await messageIntent(needs, base, event))
    case 'm.reaction':
      return await reactionIntent(needs, base, event.content)
    case 'm.room.redaction':
      return await redactionIntent(needs, base, event)
    case 'm.room.name':
      return [{ ...base, kind: 'name', name: textIn(event.content, 'name') ?? '' }]
    case 'm.room.avatar':
      return [avatarIntent(base, event.content)]
    case 'm.room.topic':
      return [{ ...base, kind: 'topic', topic: textIn(event.content, 'topic') ?? '' }]
    case 'm.room.member':
      return membershipIntent(needs, base, event)
    case 'm.room.power_levels':
      return await powerLevelIntents(needs, base, event)
    default:
      return inWords(base, event)
  }
}

/** No form over there, but words: nothing that somebody said goes without either crossing or being told. */
function inWords(base: Base, event: ClientEvent): MatrixIntent[] {
  const document = inOtherWords(event)
  return document === undefined ? [] : [{ ...base, kind: 'message', document }]
}

/** What nobody would see asks nothing of a network: it would refuse it, or show a name without words. */
function said(intent: MessageIntent | EditIntent): MatrixIntent[] {
  return saysNothing(intent.document) ? [] : [intent]
}

async function messageIntent(needs: Needs, base: Base, event: ClientEvent): Promise<MessageIntent | EditIntent> {
  const { content } = event
  const relation = objectIn(content, 'm.relates_to')
  const edited = relation?.['rel_type'] === 'm.replace' ? relation['event_id'] : undefined
  const fresh = objectIn(content, 'm.new_content')
  if (isEventId(edited) && fresh !== undefined) {
    const target = await needs.messages.target(edited)
    // An edit of something that never crossed is said as a message: the words matter more than their place.
    if (target !== undefined) return { ...base, kind: 'edit', target, document: fromMatrix(event.type, fresh) }
    return { ...base, kind: 'message', document: fromMatrix(event.type, fresh) }
  }
  const repliedTo = relation && objectIn(relation, 'm.in_reply_to')?.['event_id']
  const replyTo = isEventId(repliedTo) ? await needs.messages.target(repliedTo) : undefined
  return {
    ...base,
    kind: 'message',
    document: fromMatrix(event.type, content),
    ...(replyTo !== undefined && { replyTo }),
  }
}

async function reactionIntent(needs: Needs, base: Base, content: JsonObject): Promise<MatrixIntent[]> {
  const relation = objectIn(content, 'm.relates_to')
  const eventId = relation?.['event_id']
  const key = relation?.['key']
  if (!isEventId(eventId) || typeof key !== 'string') return []
  const target = await needs.messages.target(eventId)
  return target === undefined ? [] : [{ ...base, kind: 'reaction', target, key }]
}

async function redactionIntent(needs: Needs, base: Base, event: ClientEvent): Promise<MatrixIntent[]> {
  const redacts = (event.redacts ?? event.content['redacts']) as EventId | undefined
  if (redacts === undefined) return []
  const target = await needs.messages.target(redacts)
  if (target === undefined) return await reactionRemovalIntent(needs, base, redacts)
  if (target.isRedacted) return []
  const reason = textIn(event.content, 'reason')
  return [{ ...base, kind: 'redaction', target, ...(reason !== undefined && { reason }) }]
}

async function reactionRemovalIntent(needs: Needs, base: Base, redacts: EventId): Promise<MatrixIntent[]> {
  const reaction = await needs.reactions.byEvent(redacts)
  // A ghost's reaction that a moderator removes here stays over there: it is not theirs to take back.
  if (reaction === undefined || reaction.sender !== base.sender.userId) return []
  const target = await needs.messages.target(reaction.target)
  return target === undefined ? [] : [{ ...base, kind: 'reaction-removal', target, key: reaction.reaction }]
}

function avatarIntent(base: Base, content: JsonObject): MatrixIntent {
  const url = textIn(content, 'url')
  return { ...base, kind: 'avatar', ...(url !== undefined && url !== '' && { mxc: url }) }
}

function membershipIntent(needs: Needs, base: Base, event: ClientEvent): MatrixIntent[] {
  const userId = event.state_key as UserId
  const membership = event.content['membership']
  const before = previousContent(event)?.['membership']
  const change = changeOf(event, membership, before)
  if (change === undefined) return []
  const remote = needs.ghosts.remoteUserOf(userId)
  const reason = textIn(event.content, 'reason')
  const subject = remote === undefined ? { matrix: userId } : { remote }
  return [{ ...base, kind: 'membership', subject, change, ...(reason !== undefined && { reason }) }]
}

function changeOf(event: ClientEvent, membership: unknown, before: unknown): MembershipIntent['change'] | undefined {
  if (membership === before) return undefined
  switch (membership) {
    case 'join':
    case 'invite':
    case 'ban':
      return membership
    case 'leave':
      if (before === 'ban') return 'unban'
      return event.sender === event.state_key ? 'leave' : 'kick'
    default:
      return undefined
  }
}

async function powerLevelIntents(needs: Needs, base: Base, event: ClientEvent): Promise<MatrixIntent[]> {
  const before = await levelsOf(needs.api, event.room_id, previousContent(event))
  const after = await levelsOf(needs.api, event.room_id, event.content)
  const intents: MatrixIntent[] = []
  for (const userId of new Set([...before.named.keys(), ...after.named.keys()])) {
    const subject = needs.ghosts.remoteUserOf(userId)
    const [powerLevel, previousLevel] = [after.of(userId), before.of(userId)]
    if (subject !== undefined && powerLevel !== previousLevel) {
      intents.push({ ...base, kind: 'power-level', subject, powerLevel, previousLevel })
    }
  }
  return intents
}

function previousContent(event: ClientEvent): JsonObject | undefined {
  return event.unsigned && objectIn(event.unsigned, 'prev_content')
}

function textIn(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  return typeof value === 'string' ? value : undefined
}

function objectIn(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key]
  return isJsonObject(value) ? value : undefined
}
