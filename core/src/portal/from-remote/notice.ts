import type { BridgeContext } from '../../bridge-context.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { RemoteNotice } from '../../network/remote-event.ts'
import type { Delivery } from './delivery.ts'

export async function deliverNotice(context: BridgeContext, delivery: Delivery<RemoteNotice>): Promise<void> {
  const { roomId, event } = delivery
  const txnId = txnIdOf(context.connector.info.id, event.chat.chat, event.chat.receiver ?? '', event.id)
  const content = { msgtype: 'm.notice', body: event.text }
  await context.api.send(roomId, { type: 'm.room.message', txnId, content }, { timestampMs: event.timestampMs })
  context.step('bridge:matrix-sent')
}
