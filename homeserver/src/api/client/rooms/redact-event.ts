// PUT /_matrix/client/v3/rooms/{roomId}/redact/{eventId}/{txnId}   https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidredacteventidtxnid
import { defineEndpoint, EventIdText, JsonObjectBody, params, RoomIdText, Text } from '../../endpoint.ts'

export const redactEvent = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/:roomId/redact/:eventId/:txnId',
  auth: 'user',
  params: params({ roomId: RoomIdText, eventId: EventIdText, txnId: Text }),
  body: JsonObjectBody,
  rateLimited: true,
  async handle({ requester, params: { roomId, eventId, txnId }, body, services }) {
    const event = await services.redactions.redact({
      requester,
      roomId,
      redacts: eventId,
      content: typeof body['reason'] === 'string' ? { reason: body['reason'] } : {},
      txnId: `r/${txnId}`,
    })
    return { event_id: event.eventId }
  },
})
