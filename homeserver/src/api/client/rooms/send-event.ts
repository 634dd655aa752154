// PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}   https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
import { badJson, isEventId } from '@pons/matrix'
import { defineEndpoint, JsonObjectBody, params, RoomIdText, Text } from '../../endpoint.ts'

export const sendEvent = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/:roomId/send/:eventType/:txnId',
  auth: 'user',
  params: params({ roomId: RoomIdText, eventType: Text, txnId: Text }),
  body: JsonObjectBody,
  rateLimited: true,
  async handle({ requester, params: { roomId, eventType, txnId }, body, services }) {
    if (eventType === 'm.room.redaction') {
      // MSC4169: a redaction may be sent as the event that it is.
      const { redacts, ...content } = body
      if (!isEventId(redacts)) throw badJson('redacts is not an event id')
      const event = await services.redactions.redact({ requester, roomId, redacts, content, txnId: `s/${txnId}` })
      return { event_id: event.eventId }
    }
    const event = await services.timeline.append(roomId, {
      type: eventType,
      sender: requester.userId,
      content: body,
      originServerTs: requester.originServerTs,
      txn: { device: requester.deviceId ?? '', txnId: `s/${txnId}` },
    })
    return { event_id: event.eventId }
  },
})
