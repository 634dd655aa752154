// GET /_matrix/client/v3/sync   https://spec.matrix.org/latest/client-server-api/#get_matrixclientv3sync
import { Type } from 'typebox'
import { defineEndpoint } from '../../endpoint.ts'

const MAX_TIMEOUT_MS = 300_000

export const getSync = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/sync',
  auth: 'user',
  query: Type.Object({
    since: Type.Optional(Type.String()),
    filter: Type.Optional(Type.String()),
    full_state: Type.Optional(Type.Boolean()),
    timeout: Type.Optional(Type.Integer({ minimum: 0 })),
    use_state_after: Type.Optional(Type.Boolean()),
    'org.matrix.msc4222.use_state_after': Type.Optional(Type.Boolean()),
    set_presence: Type.Optional(
      Type.Union([Type.Literal('offline'), Type.Literal('online'), Type.Literal('unavailable')]),
    ),
  }),
  async handle({ requester, query, services, signal }) {
    const { userId, deviceId } = requester
    return services.sync.run({
      viewer: { userId, deviceId },
      since: query.since,
      filter: await services.filters.resolve(userId, query.filter),
      isFullState: query.full_state ?? false,
      timeoutMs: Math.min(query.timeout ?? 0, MAX_TIMEOUT_MS),
      wantsStateAfter: query.use_state_after ?? query['org.matrix.msc4222.use_state_after'] ?? false,
      setPresence: query.set_presence ?? 'online',
      signal,
    })
  },
})
