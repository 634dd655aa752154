// GET /_matrix/client/v3/rooms/{roomId}/state   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstate
// GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}
import { Type } from 'typebox'
import { defineEndpoint, params, RoomIdText, Text } from '../../endpoint.ts'

export const getState = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/state',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  async handle({ requester, params: { roomId }, services }) {
    const state = await services.reader.state(requester.userId, roomId)
    return services.reader.present(state, requester)
  },
})

export const getStateEvent = defineEndpoint({
  method: 'GET',
  path: [
    '/_matrix/client/v3/rooms/:roomId/state/:eventType',
    '/_matrix/client/v3/rooms/:roomId/state/:eventType/:stateKey?',
  ],
  auth: 'user',
  params: params({ roomId: RoomIdText, eventType: Text, stateKey: Type.Optional(Text) }),
  query: Type.Object({ format: Type.Optional(Type.Union([Type.Literal('event'), Type.Literal('content')])) }),
  async handle({ requester, params: { roomId, eventType, stateKey = '' }, query, services }) {
    const event = await services.reader.stateEvent(requester.userId, roomId, { type: eventType, stateKey })
    if (query.format === 'event') return (await services.reader.present([event], requester))[0]
    return event.content
  },
})
