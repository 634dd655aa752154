import type { JsonObject, RoomId } from '@pons/matrix'
import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import { plainText } from '../../document/plain-text.ts'
import type { RemoteEdit } from '../../network/remote-event.ts'
import { keptBody, type MessageRecord } from '../../storage/message-store.ts'
import type { Delivery } from './delivery.ts'
import { eventTxnId } from './event-txn-id.ts'
import { fittingContent } from './fitting-content.ts'
import { withKeptMedia } from './kept-media.ts'
import { mentionedIn, mentioning } from './mentioned.ts'
import type { SayingParts } from './message.ts'
import { isOwnEditComingBack, type OwnPeople } from './own-echo.ts'
import { marked } from './puppet-mark.ts'

export interface EditParts extends SayingParts, OwnPeople {
  readonly step: (name: string) => void
}

/** An edit of something that never crossed becomes a message of its own: the words matter more than their place. */
export async function deliverEdit(parts: EditParts, delivery: Delivery<RemoteEdit>): Promise<void> {
  const { portal, roomId, event } = delivery
  const target = await parts.named.meant(portal, { id: event.target, author: event.targetAuthor })
  if (target !== undefined && isOwnEditComingBack(parts, target, event)) return
  if (target === undefined && event.needsTarget === true) return
  // What has been taken back, or has disappeared, is not said again.
  if (target?.isRedacted === true) return
  // Somebody else's: it is no more theirs to say anew than to change.
  if (target === undefined && (await parts.messages.withRemoteId(portal.nid, event.target)).length > 0) return
  const speaker = await parts.people.speaker(roomId, event)
  const worded = await parts.wording(event, { roomId, speaker: speaker.userId })
  const { document, dueMs } = worded
  const words = mentioning(worded.content, worded.called)
  const whole =
    target !== undefined && event.keepsMedia === true
      ? await withKeptMedia(parts.api, roomId, target.eventId, words)
      : words
  const shown =
    target === undefined
      ? undefined
      : await shownBefore(parts.api, roomId, target, { content: whole, body: plainText(document) })
  if (shown !== undefined && seenFields.every((field) => shown[field] === whole[field])) return
  const fresh = marked(parts.connector, await fittingContent(parts.api, whole, 2), speaker)
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
  const txnId = eventTxnId(parts.connector, event)
  const eventId = await parts.api.send(roomId, { type: 'm.room.message', txnId, content }, speaker.acting)
  parts.step('bridge:matrix-sent')
  delivery.record(async (tx) => {
    if (target !== undefined) await parts.messages.setBody(tx, target.eventId, plainText(document))
    if (dueMs === undefined) return
    const goes = { eventId: target?.eventId ?? eventId, roomId, sender: speaker.userId, dueMs }
    await parts.disappearances.put(tx, goes)
  })
}

const seenFields = ['msgtype', 'body', 'formatted_body', 'url', 'geo_uri'] as const

/**
 * What the room shows, where an edit may say nothing new: networks tell one when a preview came, or a button. Asked for, too,
 * where it mentions people, who are told of an edit only if they were not told before (spec, "User and room mentions").
 */
async function shownBefore(
  api: MatrixApi,
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
