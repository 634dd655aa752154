// POST /_matrix/client/unstable/pons.send_batch/rooms/{roomId}/send_batch   our own: what a bridge has for a room, in one commit
import { badJson } from '@pons/matrix'
import { Type } from 'typebox'
import type { Draft } from '../../../rooms/draft.ts'
import { appendInOrder } from '../../../rooms/append-in-order.ts'
import { checkedTime } from '../../auth/event-time.ts'
import { requireAssertable } from '../../auth/masquerade.ts'
import { defineEndpoint, JsonObjectBody, params, RoomIdText, Text, UserIdText } from '../../endpoint.ts'

const MAX_EVENTS = 100

const BatchedEvent = Type.Object({
  type: Text,
  /** As in `PUT …/send`, with which it shares its meaning: a repeat answers the first event again. */
  txn_id: Text,
  sender: Type.Optional(UserIdText),
  origin_server_ts: Type.Optional(Type.Integer({ minimum: 0 })),
  content: JsonObjectBody,
})

/**
 * Events of an application service's users, stored in the order given. Answers `events`, `{ event_id }` for each that is
 * stored, and `refused` (`{ errcode, error }`) when the room refused the next one, behind which nothing is stored.
 */
export const sendBatch = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/unstable/pons.send_batch/rooms/:roomId/send_batch',
  auth: 'appservice',
  takesMany: true,
  params: params({ roomId: RoomIdText }),
  body: Type.Object({ events: Type.Array(BatchedEvent, { minItems: 1, maxItems: MAX_EVENTS }) }),
  rateLimited: true,
  async handle({ requester, params: { roomId }, body, services }) {
    const { appservice, userId, deviceId } = requester
    const drafts: Draft[] = []
    for (const { type, txn_id: txnId, sender = userId, origin_server_ts: ts, content } of body.events) {
      if (type === 'm.room.redaction') throw badJson('a redaction is sent by itself')
      if (sender !== userId) await requireAssertable(services, appservice, sender)
      const txn = { device: deviceId ?? '', txnId: `s/${txnId}` }
      const originServerTs = ts === undefined ? undefined : checkedTime(ts, services.clock.now())
      drafts.push({ type, sender, content, originServerTs, txn })
    }
    const { events, refusal } = await appendInOrder(services.timeline, roomId, drafts)
    return {
      events: events.map(({ eventId }) => ({ event_id: eventId })),
      ...(refusal !== undefined && { refused: refusal.toJSON() }),
    }
  },
})
