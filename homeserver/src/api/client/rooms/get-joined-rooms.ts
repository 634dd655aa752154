// GET /_matrix/client/v3/joined_rooms   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3joined_rooms
import { defineEndpoint } from '../../endpoint.ts'

export const getJoinedRooms = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/joined_rooms',
  auth: 'user',
  async handle({ requester, services }) {
    const rooms = await services.reader.roomsOf(requester.userId)
    return { joined_rooms: rooms.filter(({ membership }) => membership === 'join').map(({ roomId }) => roomId) }
  },
})
