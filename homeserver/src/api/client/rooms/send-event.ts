// PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}   https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
// POST /_matrix/client/v3/rooms/{roomId}/send/{eventType}, which scripts and older clients use
import { badJson, isEventId, type JsonObject, type RoomId } from '@pons/matrix'
import type { Services } from '../../../services/open-services.ts'
import { defineEndpoint, JsonObjectBody, params, RoomIdText, Text } from '../../endpoint.ts'
import type { Requester } from '../../requester.ts'

export const sendEvent = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/:roomId/send/:eventType/:txnId',
  auth: 'user',
  params: params({ roomId: RoomIdText, eventType: Text, txnId: Text }),
  body: JsonObjectBody,
  rateLimited: true,
  handle: ({ requester, params: { roomId, eventType, txnId }, body, services }) =>
    send(services, { requester, roomId, eventType, body, txnId: `s/${txnId}` }),
})

/** Without a transaction id: a repeated request sends again. */
export const sendEventOnce = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/send/:eventType',
  auth: 'user',
  params: params({ roomId: RoomIdText, eventType: Text }),
  body: JsonObjectBody,
  rateLimited: true,
  handle: ({ requester, params: { roomId, eventType }, body, services }) =>
    send(services, { requester, roomId, eventType, body, txnId: undefined }),
})

interface Sending {
  readonly requester: Requester
  readonly roomId: RoomId
  readonly eventType: string
  readonly body: JsonObject
  readonly txnId: string | undefined
}

async function send(services: Services, { requester, roomId, eventType, body, txnId }: Sending): Promise<JsonObject> {
  if (eventType === 'm.room.redaction') {
    // MSC4169: a redaction may be sent as the event that it is.
    const { redacts, ...content } = body
    if (!isEventId(redacts)) throw badJson('redacts is not an event id')
    const event = await services.redactions.redact({ requester, roomId, redacts, content, txnId })
    return { event_id: event.eventId }
  }
  const event = await services.timeline.append(roomId, {
    type: eventType,
    sender: requester.userId,
    content: body,
    originServerTs: requester.originServerTs,
    ...(txnId !== undefined && { txn: { device: requester.deviceId ?? '', txnId } }),
  })
  return { event_id: event.eventId }
}
