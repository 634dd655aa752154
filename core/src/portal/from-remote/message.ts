import type { JsonObject } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import { plainText } from '../../document/plain-text.ts'
import { toMatrix } from '../../document/to-matrix.ts'
import type { MediaReference, MessageDocument } from '../../document/document.ts'
import { doublePuppetSource } from '../../matrix-side/double-puppets.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { RemoteMessage } from '../../network/remote-event.ts'
import type { Delivery } from './delivery.ts'
import { speakerFor, type Speaker } from './speaker.ts'

/** A message: sent under a transaction id made of chat and remote id, so a repeat is the same event. */
export async function deliverMessage(context: BridgeContext, delivery: Delivery<RemoteMessage>): Promise<void> {
  const { portal, roomId, event } = delivery
  const speaker = await speakerFor(context, roomId, event)
  const replyTo = event.replyTo && (await context.messages.byRemoteId(portal.nid, event.replyTo))
  const document = await withUploadedMedia(context, event.document)
  const content = marked(context, toMatrix(document), speaker)
  if (replyTo !== undefined) content['m.relates_to'] = { 'm.in_reply_to': { event_id: replyTo.eventId } }
  const txnId = txnIdOf(context.connector.info.id, event.chat.chat, event.chat.receiver ?? '', event.id)
  const eventId = await context.api.send(roomId, { type: messageType(document), txnId, content }, speaker.acting)
  context.step('bridge:matrix-sent')
  delivery.record((tx) =>
    context.messages.put(tx, {
      eventId,
      part: 0,
      portalNid: portal.nid,
      remoteId: event.id,
      author: { remote: event.sender.id },
      authorName: event.sender.name ?? event.sender.id,
      body: plainText(document),
      timestampMs: event.timestampMs,
    }),
  )
}

export function marked(context: BridgeContext, content: JsonObject, speaker: Speaker): JsonObject {
  return speaker.isPuppet ? { ...content, [doublePuppetSource]: context.connector.info.id } : { ...content }
}

function messageType(document: MessageDocument): string {
  return document.media?.kind === 'sticker' ? 'm.sticker' : 'm.room.message'
}

/** Media of the network is copied to the homeserver; what is there already stays. */
async function withUploadedMedia(context: BridgeContext, document: MessageDocument): Promise<MessageDocument> {
  const { media } = document
  const { media: fetchMedia } = context.connector.handlers
  if (media === undefined || 'mxc' in media.source || fetchMedia === undefined) return document
  const { bytes, mimeType } = await fetchMedia(media.source.remote)
  const mxc = await context.api.upload(bytes, media.mimeType ?? mimeType, media.fileName)
  const uploaded: MediaReference = {
    ...media,
    mimeType: media.mimeType ?? mimeType,
    sizeBytes: bytes.length,
    source: { mxc },
  }
  return { ...document, media: uploaded }
}
