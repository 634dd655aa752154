// PUT /_matrix/client/v3/rooms/{roomId}/typing/{userId}
// https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidtypinguserid
import { Type } from 'typebox'
import { requireSelf } from '../../auth/require-self.ts'
import { defineEndpoint, params, RoomIdText, UserIdText } from '../../endpoint.ts'

const defaultMs = 30_000

export const setTyping = defineEndpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/:roomId/typing/:userId',
  auth: 'user',
  rateLimited: false,
  params: params({ roomId: RoomIdText, userId: UserIdText }),
  body: Type.Object({ typing: Type.Boolean(), timeout: Type.Optional(Type.Integer({ minimum: 0 })) }),
  async handle({ requester, params: { roomId, userId }, body, services }) {
    requireSelf(requester, userId)
    const room = await services.rooms.get(roomId)
    services.typing.set(room, userId, body.typing ? (body.timeout ?? defaultMs) : undefined)
    return {}
  },
})
