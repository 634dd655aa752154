// PUT /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}   https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidstateeventtypestatekey
import { defineEndpoint, JsonObjectBody, params, RoomIdText, Text } from '../../endpoint.ts'
import { Type } from 'typebox'
import { setState } from '../../../rooms/set-state.ts'

export const sendStateEvent = defineEndpoint({
  method: 'PUT',
  path: [
    '/_matrix/client/v3/rooms/:roomId/state/:eventType',
    '/_matrix/client/v3/rooms/:roomId/state/:eventType/:stateKey?',
  ],
  auth: 'user',
  params: params({ roomId: RoomIdText, eventType: Text, stateKey: Type.Optional(Text) }),
  body: JsonObjectBody,
  rateLimited: true,
  async handle({ requester, params: { roomId, eventType, stateKey = '' }, body, services }) {
    const eventId = await setState(services, {
      roomId,
      sender: requester.userId,
      type: eventType,
      stateKey,
      content: body,
      originServerTs: requester.originServerTs,
    })
    return { event_id: eventId }
  },
})
