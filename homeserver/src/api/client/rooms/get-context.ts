// GET /_matrix/client/v3/rooms/{roomId}/context/{eventId}   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidcontexteventid
import { Type } from 'typebox'
import { eventContext } from '../../../rooms/pagination.ts'
import { defineEndpoint, EventIdText, params, RoomIdText, Text } from '../../endpoint.ts'
import { filterOf } from './get-messages.ts'

const DEFAULT_LIMIT = 10

export const getContext = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/context/:eventId',
  auth: 'user',
  params: params({ roomId: RoomIdText, eventId: EventIdText }),
  query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 0 })), filter: Type.Optional(Text) }),
  handle({ requester, params: { roomId, eventId }, query, services }) {
    const { reader, stores } = services
    const options = { reader, stores, viewer: requester, roomId, filter: filterOf(query.filter) }
    return eventContext(options, eventId, query.limit ?? DEFAULT_LIMIT)
  },
})
