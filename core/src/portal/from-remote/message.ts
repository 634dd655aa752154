import type { Transaction } from '@pons/database'
import type { EventId, JsonObject } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import { plainText } from '../../document/plain-text.ts'
import { isSticker, toMatrix } from '../../document/to-matrix.ts'
import type { MessageDocument } from '../../document/document.ts'
import { doublePuppetSource } from '../../matrix-side/double-puppets.ts'
import { isRefusal, isTooLarge } from '../../matrix-side/refusal.ts'
import type { RemoteMessage } from '../../network/remote-event.ts'
import { shownName } from '../../text/shown-name.ts'
import type { Delivery } from './delivery.ts'
import { eventTxnId } from './event-txn-id.ts'
import { fittingContent } from './fitting-content.ts'
import { answeredPerson, calledByName, mentioning, withOwnersMentioned } from './mentioned.ts'
import { isOwnComingBack } from './own-echo.ts'
import { passingOf } from './passing.ts'
import type { Speaker } from '../people.ts'
import { withUploadedMedia } from './uploaded-media.ts'

const maxInlineRaw = 8192

/** Given to a person's events that the bridge sends in their name. */
export function puppetMark(context: BridgeContext, speaker: Speaker): JsonObject {
  return speaker.isPuppet ? { [doublePuppetSource]: context.connector.info.id } : {}
}

/** A message: sent under a transaction id made of chat and remote id, so a repeat is the same event. */
export async function deliverMessage(context: BridgeContext, delivery: Delivery<RemoteMessage>): Promise<void> {
  const { portal, roomId, event } = delivery
  if (await isOwnComingBack(context, portal, event)) return
  const { type, txnId, content, speaker, put } = await prepareMessage(context, delivery)
  const eventId = await context.api.send(roomId, { type, txnId, content }, speaker.acting)
  context.step('bridge:matrix-sent')
  delivery.record((tx) => put(tx, eventId))
}

export interface PreparedMessage {
  readonly type: string
  readonly txnId: string
  readonly content: JsonObject
  readonly speaker: Speaker
  /** Records which event it has become. */
  readonly put: (tx: Transaction, eventId: EventId) => Promise<void>
}

/** Brings its speaker into the room and its media onto the homeserver; sends nothing yet. */
export async function prepareMessage(
  context: BridgeContext,
  { portal, roomId, event }: Pick<Delivery<RemoteMessage>, 'portal' | 'roomId' | 'event'>,
): Promise<PreparedMessage> {
  const speaker = await context.people.speaker(roomId, event)
  const answered = event.replyTo && { id: event.replyTo, author: event.replyToAuthor }
  const replyTo = answered && (await context.named.spokenOf(portal, answered))
  const passing = passingOf(context, event)
  const words = await withOwnersMentioned(context, event.chat, passing.document)
  const document = await withUploadedMedia(context, words)
  const raw = passing.isLeftOut ? {} : await rawContent(context, event)
  const said = await fittingContent(context, { ...toMatrix(document), ...raw, ...passing.content })
  const place = { roomId, chat: event.chat, speaker: speaker.userId }
  const spokenTo = [
    ...(await calledByName(context, place, document)),
    ...(replyTo === undefined ? [] : await answeredPerson(context, place, replyTo)),
  ]
  const content = marked(context, mentioning(said, spokenTo), speaker)
  if (replyTo !== undefined) content['m.relates_to'] = { 'm.in_reply_to': { event_id: replyTo.eventId } }
  const message = {
    part: 0,
    portalNid: portal.nid,
    remoteId: event.id,
    author: { remote: event.sender.id },
    authorName: shownName(event.sender.name ?? '') || event.sender.id,
    body: plainText(document),
    timestampMs: event.timestampMs,
  }
  return {
    type: messageType(document),
    txnId: eventTxnId(context, event),
    content,
    speaker,
    async put(tx, eventId) {
      await context.messages.put(tx, { eventId, ...message })
      const { dueMs } = passing
      if (dueMs !== undefined) await context.disappearances.put(tx, { eventId, roomId, sender: speaker.userId, dueMs })
    },
  }
}

export function marked(context: BridgeContext, content: JsonObject, speaker: Speaker): JsonObject {
  return { ...content, ...puppetMark(context, speaker) }
}

function messageType(document: MessageDocument): string {
  return isSticker(document) ? 'm.sticker' : 'm.room.message'
}

/** The network's own form of what has no form here, for whoever can read it; a large one beside the event. */
async function rawContent({ connector, api }: BridgeContext, { raw }: RemoteMessage): Promise<JsonObject> {
  if (raw === undefined) return {}
  const text = JSON.stringify(raw)
  const isLarge = text.length > maxInlineRaw
  try {
    const kept = isLarge ? { url: await api.upload(new TextEncoder().encode(text), 'application/json') } : raw
    return { [`pons.raw.${connector.info.id}`]: kept }
  } catch (error) {
    if (!isRefusal(error) && !isTooLarge(error)) throw error
    return {}
  }
}
