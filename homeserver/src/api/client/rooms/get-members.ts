// GET /_matrix/client/v3/rooms/{roomId}/members   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmembers
// GET /_matrix/client/v3/rooms/{roomId}/joined_members
import { jsonOf, forbidden, type JsonObject } from '@pons/matrix'
import { Type } from 'typebox'
import { parseTimelineToken } from '../../../rooms/timeline-token.ts'
import { defineEndpoint, params, RoomIdText, Text } from '../../endpoint.ts'

const Membership = Type.Union([
  Type.Literal('join'),
  Type.Literal('invite'),
  Type.Literal('knock'),
  Type.Literal('leave'),
  Type.Literal('ban'),
])

export const getMembers = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/members',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  query: Type.Object({
    at: Type.Optional(Text),
    membership: Type.Optional(Membership),
    not_membership: Type.Optional(Membership),
  }),
  async handle({ requester, params: { roomId }, query, services }) {
    const members = await services.reader.members(requester.userId, roomId, {
      at: query.at === undefined ? undefined : parseTimelineToken(query.at),
      membership: query.membership,
      notMembership: query.not_membership,
    })
    return { chunk: await services.reader.present(members, requester) }
  },
})

export const getJoinedMembers = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/:roomId/joined_members',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  async handle({ requester, params: { roomId }, services }) {
    const room = await services.rooms.find(roomId)
    const isMember = room?.state.isJoined(requester.userId) ?? false
    // A bot may look into the rooms of its ghosts.
    const owned = requester.appservice
    const isOwner = room && owned && [...room.state.members('join')].some((userId) => owned.ownsUser(userId))
    if (!room || (!isMember && !isOwner)) throw forbidden('You are not in this room')
    const nids = [...room.state.members('join')].map((userId) => room.state.get('m.room.member', userId)?.nid ?? 0)
    const joined = new Map<string, JsonObject>()
    for (const { stateKey, content } of await services.stores.events.byNids(nids)) {
      const { displayname, avatar_url: avatarUrl } = content as { displayname?: unknown; avatar_url?: unknown }
      joined.set(stateKey ?? '', {
        ...(typeof displayname === 'string' && { display_name: displayname }),
        ...(typeof avatarUrl === 'string' && { avatar_url: avatarUrl }),
      })
    }
    return { joined: jsonOf(joined) }
  },
})
