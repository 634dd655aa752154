// PUT, GET, DELETE /_matrix/client/v3/directory/room/{roomAlias}   https://spec.matrix.org/v1.19/client-server-api/#room-aliases
// GET /_matrix/client/v3/rooms/{roomId}/aliases
import { Type } from 'typebox'
import { defineEndpoint, params, RoomAliasText, RoomIdText } from '../../endpoint.ts'

const path = '/_matrix/client/v3/directory/room/:roomAlias'

export const createAlias = defineEndpoint({
  method: 'PUT',
  path,
  auth: 'user',
  params: params({ roomAlias: RoomAliasText }),
  body: Type.Object({ room_id: RoomIdText }),
  async handle({ requester, params: { roomAlias }, body, services }) {
    await services.aliases.create(roomAlias, body.room_id, requester.userId, requester.appservice)
    return {}
  },
})

export const getAlias = defineEndpoint({
  method: 'GET',
  path,
  auth: 'none',
  // An application service may have to be asked.
  rateLimited: true,
  params: params({ roomAlias: RoomAliasText }),
  async handle({ params: { roomAlias }, services }) {
    return { room_id: await services.aliases.resolve(roomAlias), servers: [services.serverName] }
  },
})

export const deleteAlias = defineEndpoint({
  method: 'DELETE',
  path,
  auth: 'user',
  params: params({ roomAlias: RoomAliasText }),
  async handle({ requester, params: { roomAlias }, services }) {
    await services.aliases.delete(roomAlias, requester)
    return {}
  },
})

export const getRoomAliases = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/aliases',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  async handle({ requester, params: { roomId }, services }) {
    const { room } = await services.reader.access(requester.userId, roomId)
    return { aliases: await services.aliases.of(room) }
  },
})
