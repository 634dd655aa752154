import type { BridgeContext } from '../../bridge-context.ts'
import type { RemoteNotice } from '../../network/remote-event.ts'
import type { Delivery } from './delivery.ts'
import { eventTxnId } from './event-txn-id.ts'

export async function deliverNotice(context: BridgeContext, delivery: Delivery<RemoteNotice>): Promise<void> {
  const { roomId, event } = delivery
  const txnId = eventTxnId(context, event)
  const content = await context.hints.asTyped(roomId, { msgtype: 'm.notice', body: event.text })
  await context.api.send(roomId, { type: 'm.room.message', txnId, content }, { timestampMs: event.timestampMs })
  context.step('bridge:matrix-sent')
}
