// GET /_matrix/client/v3/rooms/{roomId}/event/{eventId}   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomideventeventid
import { defineEndpoint, EventIdText, params, RoomIdText } from '../../endpoint.ts'

export const getEvent = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/event/:eventId',
  auth: 'user',
  params: params({ roomId: RoomIdText, eventId: EventIdText }),
  async handle({ requester, params: { roomId, eventId }, services }) {
    const event = await services.reader.event(requester.userId, roomId, eventId)
    return (await services.reader.present([event], requester))[0]
  },
})
