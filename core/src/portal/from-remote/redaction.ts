import type { BridgeContext } from '../../bridge-context.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { RemoteRedaction } from '../../network/remote-event.ts'
import type { Delivery } from './delivery.ts'
import { speakerFor } from './speaker.ts'

/** By its author as themselves; by anybody else through the bot, who may redact what the network's moderators removed. */
export async function deliverRedaction(context: BridgeContext, delivery: Delivery<RemoteRedaction>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await context.messages.byRemoteId(portal.nid, event.target)
  if (target === undefined) return
  const isAuthor = 'remote' in target.author && target.author.remote === event.sender.id
  const acting = isAuthor ? (await speakerFor(context, roomId, event)).acting : { timestampMs: event.timestampMs }
  const txnId = txnIdOf(context.connector.info.id, event.chat.chat, event.chat.receiver ?? '', event.id)
  await context.api.redact(roomId, { eventId: target.eventId, txnId, reason: event.reason }, acting)
  context.step('bridge:matrix-sent')
}
