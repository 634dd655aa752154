import type { BridgeContext } from '../../bridge-context.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { RemoteReaction, RemoteReactionRemoval } from '../../network/remote-event.ts'
import type { Delivery } from './delivery.ts'
import { marked } from './message.ts'
import { speakerFor } from './speaker.ts'

export async function deliverReaction(context: BridgeContext, delivery: Delivery<RemoteReaction>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await context.messages.byRemoteId(portal.nid, event.target)
  if (target === undefined) return
  const speaker = await speakerFor(context, roomId, event)
  const relation = { rel_type: 'm.annotation', event_id: target.eventId, key: event.key }
  const content = marked(context, { 'm.relates_to': relation }, speaker)
  const txnId = txnIdOf(context.connector.info.id, event.chat.chat, event.chat.receiver ?? '', event.id)
  const eventId = await context.api.send(roomId, { type: 'm.reaction', txnId, content }, speaker.acting)
  context.step('bridge:matrix-sent')
  const key = { portalNid: portal.nid, target: target.eventId, sender: speaker.userId, reaction: event.key }
  delivery.record((tx) => context.reactions.put(tx, key, eventId))
}

export async function deliverReactionRemoval(
  context: BridgeContext,
  delivery: Delivery<RemoteReactionRemoval>,
): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await context.messages.byRemoteId(portal.nid, event.target)
  if (target === undefined) return
  const speaker = await speakerFor(context, roomId, event)
  const key = { portalNid: portal.nid, target: target.eventId, sender: speaker.userId, reaction: event.key }
  const reaction = await context.reactions.find(key)
  if (reaction === undefined) return
  const txnId = txnIdOf(context.connector.info.id, event.chat.chat, event.chat.receiver ?? '', event.id)
  await context.api.redact(roomId, { eventId: reaction, txnId }, speaker.acting)
  context.step('bridge:matrix-sent')
  delivery.record((tx) => context.reactions.remove(tx, key))
}
