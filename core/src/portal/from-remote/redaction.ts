import type { BridgeContext } from '../../bridge-context.ts'
import type { RemoteRedaction } from '../../network/remote-event.ts'
import type { Delivery } from './delivery.ts'
import { eventTxnId } from './event-txn-id.ts'
import { puppetMark } from './message.ts'

/** By its author as themselves; by anybody else through the bot, who may redact what the network's moderators removed. */
export async function deliverRedaction(context: BridgeContext, delivery: Delivery<RemoteRedaction>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await context.named.meant(portal, { id: event.target, author: event.targetAuthor })
  if (target === undefined || target.isRedacted) return
  const isAuthor = context.named.isBy(target.author, event.sender, event.chat)
  const speaker = isAuthor ? await context.people.speaker(roomId, event) : undefined
  const txnId = eventTxnId(context, event)
  // A ghost may not take back what its person wrote from here; where nobody may act for them, the bot does it.
  const mayAct = speaker !== undefined && (speaker.isPuppet || 'remote' in target.author)
  const mark = mayAct ? puppetMark(context, speaker) : {}
  const acting = mayAct ? speaker.acting : { timestampMs: event.timestampMs }
  await context.api.redact(roomId, { eventId: target.eventId, txnId, reason: event.reason, mark }, acting)
  context.step('bridge:matrix-sent')
  delivery.record((tx) => context.messages.markRedacted(tx, target.eventId))
}
