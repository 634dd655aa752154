// POST /_matrix/client/v3/join/{roomIdOrAlias}, /rooms/{roomId}/join   https://spec.matrix.org/v1.19/client-server-api/#joining-rooms
// POST /_matrix/client/v3/knock/{roomIdOrAlias}
import { invalidParam, isRoomAlias, isRoomId, type RoomId } from '@pons/matrix'
import { Type } from 'typebox'
import type { Services } from '../../../services/open-services.ts'
import { defineEndpoint, params, RoomIdText, Text } from '../../endpoint.ts'
import { reasonOf } from './membership.ts'

const Body = Type.Object({ reason: Type.Optional(Text) })

export const joinRoomById = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/join',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  body: Body,
  rateLimited: true,
  async handle({ requester, params: { roomId }, body, services }) {
    const { userId: sender, originServerTs } = requester
    await services.memberships.join({ roomId, sender, content: reasonOf(body), originServerTs })
    return { room_id: roomId }
  },
})

export const joinRoom = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/join/:roomIdOrAlias',
  auth: 'user',
  params: params({ roomIdOrAlias: Text }),
  body: Body,
  rateLimited: true,
  async handle({ requester, params: { roomIdOrAlias }, body, services }) {
    const roomId = await roomOf(services, roomIdOrAlias)
    const { userId: sender, originServerTs } = requester
    await services.memberships.join({ roomId, sender, content: reasonOf(body), originServerTs })
    return { room_id: roomId }
  },
})

export const knockRoom = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/knock/:roomIdOrAlias',
  auth: 'user',
  params: params({ roomIdOrAlias: Text }),
  body: Body,
  rateLimited: true,
  async handle({ requester, params: { roomIdOrAlias }, body, services }) {
    const roomId = await roomOf(services, roomIdOrAlias)
    const { userId: sender, originServerTs } = requester
    await services.memberships.knock({ roomId, sender, content: reasonOf(body), originServerTs })
    return { room_id: roomId }
  },
})

async function roomOf({ aliases }: Services, roomIdOrAlias: string): Promise<RoomId> {
  if (isRoomId(roomIdOrAlias)) return roomIdOrAlias
  if (isRoomAlias(roomIdOrAlias)) return aliases.resolve(roomIdOrAlias)
  throw invalidParam('neither a room id nor a room alias')
}
