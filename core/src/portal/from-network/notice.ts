import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import type { TypedHints } from '../../matrix-side/typed-hints.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import type { RemoteNotice } from '../../network/remote-event.ts'
import type { Delivery } from './delivery.ts'
import { eventTxnId } from './event-txn-id.ts'

export interface NoticeParts {
  readonly api: MatrixApi
  readonly connector: NetworkConnector
  readonly hints: TypedHints
  readonly step: (name: string) => void
}

export async function deliverNotice(parts: NoticeParts, delivery: Delivery<RemoteNotice>): Promise<void> {
  const { roomId, event } = delivery
  const txnId = eventTxnId(parts.connector, event)
  const content = await parts.hints.asTyped(roomId, { msgtype: 'm.notice', body: event.text })
  await parts.api.send(roomId, { type: 'm.room.message', txnId, content }, { timestampMs: event.timestampMs })
  parts.step('bridge:matrix-sent')
}
