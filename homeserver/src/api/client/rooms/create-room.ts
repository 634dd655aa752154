// POST /_matrix/client/v3/createRoom   https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3createroom
import { forbidden } from '@pons/matrix'
import { Type } from 'typebox'
import { createRoom } from '../../../rooms/create-room.ts'
import { defineEndpoint, JsonObjectBody, Text, UserIdText } from '../../endpoint.ts'

const MAX_INITIAL_STATE = 500

export const createRoomEndpoint = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/createRoom',
  auth: 'user',
  takesMany: 1024 * 1024,
  body: Type.Object({
    visibility: Type.Optional(Type.Union([Type.Literal('public'), Type.Literal('private')])),
    room_alias_name: Type.Optional(Text),
    name: Type.Optional(Text),
    topic: Type.Optional(Text),
    invite: Type.Optional(Type.Array(UserIdText, { maxItems: 1000 })),
    invite_3pid: Type.Optional(Type.Array(Type.Object({}))),
    room_version: Type.Optional(Text),
    creation_content: Type.Optional(JsonObjectBody),
    initial_state: Type.Optional(
      Type.Array(Type.Object({ type: Text, state_key: Type.Optional(Text), content: JsonObjectBody }), {
        maxItems: MAX_INITIAL_STATE,
      }),
    ),
    preset: Type.Optional(
      Type.Union([Type.Literal('private_chat'), Type.Literal('public_chat'), Type.Literal('trusted_private_chat')]),
    ),
    is_direct: Type.Optional(Type.Boolean()),
    power_level_content_override: Type.Optional(JsonObjectBody),
  }),
  rateLimited: true,
  async handle({ requester, body, services }) {
    if (body.invite_3pid && body.invite_3pid.length > 0) throw forbidden('Invites by third-party id are not supported')
    const roomId = await createRoom(services, {
      creator: requester.userId,
      appservice: requester.appservice,
      version: body.room_version,
      preset: body.preset,
      visibility: body.visibility,
      aliasLocalpart: body.room_alias_name,
      name: body.name,
      topic: body.topic,
      invite: body.invite,
      isDirect: body.is_direct,
      creationContent: body.creation_content,
      initialState: body.initial_state,
      powerLevelOverride: body.power_level_content_override,
      originServerTs: requester.originServerTs,
    })
    return { room_id: roomId }
  },
})
