// POST /_matrix/client/v3/rooms/{roomId}/{invite,leave,forget,kick,ban,unban}   https://spec.matrix.org/v1.19/client-server-api/#room-membership
import { forbidden, type JsonObject, type UserId } from '@pons/matrix'
import { Type } from 'typebox'
import type { MembershipChange, Memberships } from '../../../rooms/membership.ts'
import { defineEndpoint, params, RoomIdText, Text, UserIdText } from '../../endpoint.ts'

const roomParams = params({ roomId: RoomIdText })
const Reason = Type.Object({ reason: Type.Optional(Text) })
const UserAndReason = Type.Object({ user_id: UserIdText, reason: Type.Optional(Text) })

export const inviteUser = onUser('invite')
export const kickUser = onUser('kick')
export const banUser = onUser('ban')
export const unbanUser = onUser('unban')

export const leaveRoom = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/leave',
  auth: 'user',
  params: roomParams,
  body: Reason,
  rateLimited: true,
  async handle({ requester, params: { roomId }, body, services }) {
    const { userId: sender, originServerTs } = requester
    await services.memberships.leave({ roomId, sender, content: reasonOf(body), originServerTs })
    return {}
  },
})

export const forgetRoom = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/:roomId/forget',
  auth: 'user',
  params: roomParams,
  body: Type.Object({}),
  async handle({ requester, params: { roomId }, services }) {
    await services.memberships.forget(requester.userId, roomId)
    return {}
  },
})

function onUser(action: 'invite' | 'kick' | 'ban' | 'unban') {
  return defineEndpoint({
    method: 'POST',
    path: `/_matrix/client/v3/rooms/:roomId/${action}`,
    auth: 'user',
    params: roomParams,
    body:
      action === 'invite'
        ? Type.Object({ user_id: Type.Optional(UserIdText), reason: Type.Optional(Text) })
        : UserAndReason,
    rateLimited: true,
    async handle({ requester, params: { roomId }, body, services }) {
      const change: MembershipChange = {
        roomId,
        sender: requester.userId,
        target: targetOf(body.user_id),
        content: reasonOf(body),
        originServerTs: requester.originServerTs,
      }
      const { memberships }: { memberships: Memberships } = services
      await memberships[action](change)
      return {}
    },
  })
}

/** The same path invites by e-mail or telephone number, which takes an identity server. */
function targetOf(userId: UserId | undefined): UserId {
  if (userId === undefined) throw forbidden('Invites by third-party id are not supported')
  return userId
}

export function reasonOf({ reason }: { reason?: string }): JsonObject {
  return reason === undefined ? {} : { reason }
}
