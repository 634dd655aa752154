import type { EventId } from '@pons/matrix'
import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import type {
  RemoteEvent,
  RemoteReaction,
  RemoteReactionRemoval,
  RemoteReactionSync,
} from '../../network/remote-event.ts'
import type { People, Speaker } from '../people.ts'
import { isSameReaction } from '../same-reaction.ts'
import type { ReactionRecord, ReactionStore } from '../../storage/reaction-store.ts'
import type { Delivery } from './delivery.ts'
import type { NamedMessages } from './named-messages.ts'
import { marked, puppetMark } from './puppet-mark.ts'

export interface ReactionParts {
  readonly api: MatrixApi
  readonly connector: NetworkConnector
  readonly people: People
  readonly named: NamedMessages
  readonly reactions: ReactionStore
  readonly step: (name: string) => void
}

export async function deliverReaction(parts: ReactionParts, delivery: Delivery<RemoteReaction>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await parts.named.spokenOf(portal, { id: event.target, author: event.targetAuthor })
  if (target === undefined) return
  const speaker = await parts.people.speaker(roomId, event)
  const present = (await parts.reactions.onMessage(portal.nid, target.eventId)).filter(isBy(speaker))
  if (event.replacesOthers) {
    for (const reaction of present)
      if (!isSameReaction(reaction.reaction, event.key)) await takeBack(parts, delivery, reaction, speaker)
  }
  if (present.some(({ reaction }) => isSameReaction(reaction, event.key))) return
  await react(parts, delivery, { target: target.eventId, key: event.key, speaker })
}

export async function deliverReactionRemoval(
  parts: ReactionParts,
  delivery: Delivery<RemoteReactionRemoval>,
): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await parts.named.spokenOf(portal, { id: event.target, author: event.targetAuthor })
  if (target === undefined) return
  const speaker = await parts.people.speaker(roomId, event)
  for (const reaction of (await parts.reactions.onMessage(portal.nid, target.eventId)).filter(isBy(speaker))) {
    if (event.key === undefined || isSameReaction(event.key, reaction.reaction))
      await takeBack(parts, delivery, reaction, speaker)
  }
}

/** Brings the reactions to a message to what the network says they are by now, with the fewest changes. */
export async function deliverReactionSync(parts: ReactionParts, delivery: Delivery<RemoteReactionSync>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await parts.named.spokenOf(portal, { id: event.target, author: undefined })
  if (target === undefined) return
  const present = await parts.reactions.onMessage(portal.nid, target.eventId)
  const named = new Set<string>()
  for (const { sender, keys } of event.reactions) {
    const { chat, timestampMs } = event
    const speaker = await parts.people.speaker(roomId, { sender, chat, timestampMs })
    named.add(speaker.userId)
    if (speaker.owner !== undefined) named.add(speaker.owner)
    const own = present.filter(isBy(speaker))
    for (const reaction of own)
      if (!keys.some((key) => isSameReaction(key, reaction.reaction)))
        await takeBack(parts, delivery, reaction, speaker)
    for (const key of keys) {
      if (!own.some(({ reaction }) => isSameReaction(reaction, key)))
        await react(parts, delivery, { target: target.eventId, key, speaker })
    }
  }
  for (const reaction of present) {
    const mayStay = !event.isComplete && isLeft(event, reaction)
    if (mayStay || named.has(reaction.sender)) continue
    // A ghost takes back its own; what a person reacted with from Matrix is theirs, taken back through their double puppet.
    const acting = await parts.people.speakerUnder(reaction.sender as Speaker['userId'], roomId, event)
    if (acting !== undefined) await takeBack(parts, delivery, reaction, acting)
  }
}

/** Of those that are not named some may still react with what the network still counts. */
function isLeft({ keysLeft }: RemoteReactionSync, { reaction }: ReactionRecord): boolean {
  return keysLeft === undefined || keysLeft.some((key) => isSameReaction(key, reaction))
}

/** Under the name of whoever speaks for the person now, or under their own: a reaction made in Matrix is theirs. */
function isBy({ userId, owner }: Speaker): (reaction: ReactionRecord) => boolean {
  return ({ sender }) => sender === userId || sender === owner
}

async function react(
  parts: ReactionParts,
  delivery: Delivery,
  { target, key, speaker }: { target: EventId; key: string; speaker: Speaker },
): Promise<void> {
  const { portal, roomId, event } = delivery
  const relation = { rel_type: 'm.annotation', event_id: target, key }
  const content = marked(parts.connector, { 'm.relates_to': relation }, speaker)
  const txnId = reactionTxnId(parts.connector, event, speaker, key)
  const eventId = await parts.api.send(roomId, { type: 'm.reaction', txnId, content }, speaker.acting)
  parts.step('bridge:matrix-sent')
  const record = { portalNid: portal.nid, target, sender: speaker.userId, reaction: key }
  delivery.record((tx) => parts.reactions.put(tx, record, eventId))
}

async function takeBack(
  parts: ReactionParts,
  delivery: Delivery,
  reaction: ReactionRecord,
  speaker: Speaker,
): Promise<void> {
  const txnId = reactionTxnId(parts.connector, delivery.event, speaker, `-${reaction.reaction}`)
  await parts.api.redact(
    delivery.roomId,
    { eventId: reaction.eventId, txnId, mark: puppetMark(parts.connector, speaker) },
    // What is under another name than the speaker's is for the bot to take back.
    reaction.sender === speaker.userId ? speaker.acting : { timestampMs: delivery.event.timestampMs },
  )
  parts.step('bridge:matrix-sent')
  delivery.record((tx) => parts.reactions.remove(tx, reaction))
}

/** One remote event may take back several reactions and set one: each is a send of its own. */
function reactionTxnId(connector: NetworkConnector, event: RemoteEvent, speaker: Speaker, what: string): string {
  const { chat, receiver = '' } = event.chat
  const whose = event.idBy === undefined ? [] : [event.idBy]
  return txnIdOf(connector.info.id, chat, receiver, event.id, ...whose, speaker.userId, what)
}
