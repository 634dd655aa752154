import type { BridgeContext } from '../../bridge-context.ts'
import { plainText } from '../../document/plain-text.ts'
import { toMatrix } from '../../document/to-matrix.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { RemoteEdit } from '../../network/remote-event.ts'
import type { Delivery } from './delivery.ts'
import { fittingContent } from './fitting-content.ts'
import { isOwnEditComingBack } from './own-echo.ts'
import { marked } from './message.ts'
import { speakerFor } from './speaker.ts'
import { withUploadedMedia } from './uploaded-media.ts'

/** An edit of something that never crossed becomes a message of its own: the words matter more than their place. */
export async function deliverEdit(context: BridgeContext, delivery: Delivery<RemoteEdit>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await context.messages.byRemoteId(portal.nid, event.target)
  if (target !== undefined && isOwnEditComingBack(context, target, event)) return
  const speaker = await speakerFor(context, roomId, event)
  const document = await withUploadedMedia(context, event.document)
  const fresh = marked(context, await fittingContent(context, toMatrix(document), 2), speaker)
  const content =
    target === undefined
      ? fresh
      : {
          ...fresh,
          body: `* ${typeof fresh['body'] === 'string' ? fresh['body'] : ''}`,
          'm.new_content': fresh,
          'm.relates_to': { rel_type: 'm.replace', event_id: target.eventId },
        }
  const txnId = txnIdOf(context.connector.info.id, event.chat.chat, event.chat.receiver ?? '', event.id)
  await context.api.send(roomId, { type: 'm.room.message', txnId, content }, speaker.acting)
  context.step('bridge:matrix-sent')
  if (target !== undefined) {
    delivery.record((tx) => context.messages.setBody(tx, target.eventId, plainText(document)))
  }
}
