// POST /_matrix/client/v3/rooms/{roomId}/upgrade   https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidupgrade
import { Type } from 'typebox'
import { upgradeRoom } from '../../../rooms/upgrade-room.ts'
import { defineEndpoint, params, RoomIdText, Text, UserIdText } from '../../endpoint.ts'

export const upgradeRoomEndpoint = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/upgrade',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  body: Type.Object({
    new_version: Text,
    additional_creators: Type.Optional(Type.Array(UserIdText, { maxItems: 100 })),
  }),
  rateLimited: true,
  async handle({ requester, params: { roomId }, body, services }) {
    const replacement = await upgradeRoom(services, {
      roomId,
      userId: requester.userId,
      version: body.new_version,
      additionalCreators: body.additional_creators ?? [],
    })
    return { replacement_room: replacement }
  },
})
