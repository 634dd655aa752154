// PUT /_matrix/client/v3/rooms/{roomId}/redact/{eventId}/{txnId}   https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidredacteventidtxnid
import { defineEndpoint, EventIdText, JsonObjectBody, params, RoomIdText, Text } from '../../endpoint.ts'

export const redactEvent = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/:roomId/redact/:eventId/:txnId',
  auth: 'user',
  params: params({ roomId: RoomIdText, eventId: EventIdText, txnId: Text }),
  body: JsonObjectBody,
  rateLimited: true,
  async handle({ requester, params: { roomId, eventId, txnId }, body, services }) {
    // Further keys are kept, as those of any event are: bridges mark what they did in a person's name.
    const { reason, redacts: _redacts, ...rest } = body
    const event = await services.redactions.redact({
      requester,
      roomId,
      redacts: eventId,
      content: { ...rest, ...(typeof reason === 'string' && { reason }) },
      txnId: `r/${txnId}`,
    })
    return { event_id: event.eventId }
  },
})
