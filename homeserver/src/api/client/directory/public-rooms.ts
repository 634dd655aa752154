// GET, POST /_matrix/client/v3/publicRooms   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3publicrooms
import { forbidden } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint, ShortText, Text } from '../../endpoint.ts'

const path = '/_matrix/client/v3/publicRooms'
const Limit = Type.Optional(Type.Integer({ minimum: 0 }))

export const getPublicRooms = defineEndpoint({
  method: 'GET',
  path,
  auth: 'none',
  rateLimited: true,
  query: Type.Object({ limit: Limit, since: Type.Optional(Text), server: Type.Optional(Text) }),
  handle({ query, services }) {
    refuseRemote(query.server, services.serverName)
    return services.roomDirectory.list({ limit: query.limit, since: query.since })
  },
})

export const searchPublicRooms = defineEndpoint({
  method: 'POST',
  path,
  auth: 'user',
  query: Type.Object({ server: Type.Optional(Text) }),
  body: Type.Object({
    limit: Limit,
    since: Type.Optional(Text),
    filter: Type.Optional(
      Type.Object({
        generic_search_term: Type.Optional(ShortText),
        room_types: Type.Optional(Type.Array(Type.Union([Text, Type.Null()]), { maxItems: 50 })),
      }),
    ),
    include_all_networks: Type.Optional(Type.Boolean()),
    third_party_instance_id: Type.Optional(Text),
  }),
  handle({ query, body, services }) {
    refuseRemote(query.server, services.serverName)
    return services.roomDirectory.list({
      limit: body.limit,
      since: body.since,
      searchTerm: body.filter?.generic_search_term,
      roomTypes: body.filter?.room_types,
      network: body.third_party_instance_id,
      includeAllNetworks: body.include_all_networks,
    })
  },
})

function refuseRemote(server: string | undefined, own: string): void {
  if (server !== undefined && server !== own) throw forbidden('This server does not federate')
}
