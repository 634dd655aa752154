import type { JsonObject, RoomId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import { plainText } from '../../document/plain-text.ts'
import { toMatrix } from '../../document/to-matrix.ts'
import type { RemoteEdit } from '../../network/remote-event.ts'
import { keptBody, type MessageRecord } from '../../store/message-store.ts'
import type { Delivery } from './delivery.ts'
import { eventTxnId } from './event-txn-id.ts'
import { fittingContent } from './fitting-content.ts'
import { withKeptMedia } from './kept-media.ts'
import { calledByName, mentionedIn, mentioning, withOwnersMentioned } from './mentioned.ts'
import { isOwnEditComingBack } from './own-echo.ts'
import { marked } from './message.ts'
import { passingOf } from './passing.ts'
import { withUploadedMedia } from './uploaded-media.ts'

/** An edit of something that never crossed becomes a message of its own: the words matter more than their place. */
export async function deliverEdit(context: BridgeContext, delivery: Delivery<RemoteEdit>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await context.named.meant(portal, { id: event.target, author: event.targetAuthor })
  if (target !== undefined && isOwnEditComingBack(context, target, event)) return
  if (target === undefined && event.needsTarget === true) return
  // What has been taken back, or has disappeared, is not said again.
  if (target?.isRedacted === true) return
  // Somebody else's: it is no more theirs to say anew than to change.
  if (target === undefined && (await context.messages.withRemoteId(portal.nid, event.target)).length > 0) return
  const speaker = await context.people.speaker(roomId, event)
  const passing = passingOf(context, event)
  const document = await withUploadedMedia(context, await withOwnersMentioned(context, event.chat, passing.document))
  const place = { roomId, chat: event.chat, speaker: speaker.userId }
  const words = mentioning({ ...toMatrix(document), ...passing.content }, await calledByName(context, place, document))
  const whole =
    target !== undefined && event.keepsMedia === true
      ? await withKeptMedia(context, roomId, target.eventId, words)
      : words
  const shown =
    target === undefined
      ? undefined
      : await shownBefore(context, roomId, target, { content: whole, body: plainText(document) })
  if (shown !== undefined && seenFields.every((field) => shown[field] === whole[field])) return
  const fresh = marked(context, await fittingContent(context, whole, 2), speaker)
  const content =
    target === undefined
      ? fresh
      : {
          ...fresh,
          body: `* ${typeof fresh['body'] === 'string' ? fresh['body'] : ''}`,
          'm.mentions': newlyMentioned(fresh, shown),
          'm.new_content': fresh,
          'm.relates_to': { rel_type: 'm.replace', event_id: target.eventId },
        }
  const txnId = eventTxnId(context, event)
  const eventId = await context.api.send(roomId, { type: 'm.room.message', txnId, content }, speaker.acting)
  context.step('bridge:matrix-sent')
  const { dueMs } = passing
  delivery.record(async (tx) => {
    if (target !== undefined) await context.messages.setBody(tx, target.eventId, plainText(document))
    if (dueMs === undefined) return
    const goes = { eventId: target?.eventId ?? eventId, roomId, sender: speaker.userId, dueMs }
    await context.disappearances.put(tx, goes)
  })
}

const seenFields = ['msgtype', 'body', 'formatted_body', 'url', 'geo_uri'] as const

/**
 * What the room shows, where an edit may say nothing new: networks tell one when a preview came, or a button. Asked for, too,
 * where it mentions people, who are told of an edit only if they were not told before (spec, "User and room mentions").
 */
async function shownBefore(
  { api }: BridgeContext,
  roomId: RoomId,
  { eventId, body }: MessageRecord,
  now: { readonly content: JsonObject; readonly body: string },
): Promise<JsonObject | undefined> {
  const isSame = body === keptBody(now.body)
  return isSame || mentionedIn(now.content).length > 0 ? await api.shownContentOf(roomId, eventId) : undefined
}

function newlyMentioned(fresh: JsonObject, shown: JsonObject | undefined): JsonObject {
  const before = new Set(mentionedIn(shown))
  const users = mentionedIn(fresh).filter((user) => !before.has(user))
  return users.length === 0 ? {} : { user_ids: users }
}
