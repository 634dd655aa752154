// GET /_matrix/client/v1/rooms/{roomId}/relations/{eventId}[/{relType}[/{eventType}]]   https://spec.matrix.org/v1.19/client-server-api/#relationships-api
// GET /_matrix/client/v1/rooms/{roomId}/threads
import { Type } from 'typebox'
import { relations, threads } from '../../../rooms/relations.ts'
import { parseTimelineToken } from '../../../rooms/timeline-token.ts'
import { defineEndpoint, EventIdText, params, RoomIdText, Text } from '../../endpoint.ts'

const Query = Type.Object({
  dir: Type.Optional(Type.Union([Type.Literal('b'), Type.Literal('f')])),
  from: Type.Optional(Text),
  to: Type.Optional(Text),
  limit: Type.Optional(Type.Integer({ minimum: 1 })),
  recurse: Type.Optional(Type.Boolean()),
})

const base = '/_matrix/client/v1/rooms/:roomId/relations/:eventId'

export const getRelations = endpointFor(base)
export const getRelationsOfType = endpointFor(`${base}/:relType`)
export const getRelationsOfTypes = endpointFor(`${base}/:relType/:eventType`)

function endpointFor(path: string) {
  return defineEndpoint({
    method: 'GET',
    path: [path, path.replace('/v1/', '/unstable/')],
    auth: 'user',
    params: params({
      roomId: RoomIdText,
      eventId: EventIdText,
      relType: Type.Optional(Text),
      eventType: Type.Optional(Text),
    }),
    query: Query,
    handle: ({ requester, params: { roomId, eventId, relType, eventType }, query, services }) =>
      relations(services, {
        viewer: requester,
        roomId,
        eventId,
        relType,
        eventType,
        from: query.from === undefined ? undefined : parseTimelineToken(query.from),
        to: query.to === undefined ? undefined : parseTimelineToken(query.to),
        direction: query.dir === 'f' ? 'forward' : 'backward',
        limit: query.limit ?? 30,
        recurse: query.recurse ?? false,
      }),
  })
}

export const getThreads = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/:roomId/threads',
  auth: 'user',
  params: params({ roomId: RoomIdText }),
  query: Type.Object({
    include: Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('participated')])),
    from: Type.Optional(Text),
    limit: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
  handle: ({ requester, params: { roomId }, query, services }) =>
    threads(services, {
      viewer: requester,
      roomId,
      onlyParticipated: query.include === 'participated',
      from: query.from === undefined ? undefined : parseTimelineToken(query.from),
      limit: query.limit ?? 30,
    }),
})
