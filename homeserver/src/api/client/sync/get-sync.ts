// GET /_matrix/client/v3/sync   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
import { checkedBody } from '@pons/http'
import { parseJson, type JsonObject, type UserId } from '@pons/matrix'
import { Type } from 'typebox'
import type { Services } from '../../../services/open-services.ts'
import type { SyncFilter } from '../../../event/filter.ts'
import { parseSyncFilter } from '../../../event/parse-filter.ts'
import { authenticator } from '../../auth/authenticator.ts'
import { defineEndpoint } from '../../endpoint.ts'
import { SyncFilterSchema } from './filter-schema.ts'

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
  async handle({ requester, query, services, signal, request }) {
    const { userId, deviceId } = requester
    return services.sync.run({
      viewer: { userId, deviceId },
      since: query.since,
      filter: await filterOf(services, userId, query.filter),
      isFullState: query.full_state ?? false,
      timeoutMs: Math.min(query.timeout ?? 0, MAX_TIMEOUT_MS),
      wantsStateAfter: query.use_state_after ?? query['org.matrix.msc4222.use_state_after'] ?? false,
      setPresence: query.set_presence ?? 'online',
      signal,
      requireSession: () => authenticator(services)(request, 'user'),
    })
  },
})

/** `text` is the id of a filter, or a filter's JSON. @throws MatrixError M_NOT_JSON, M_BAD_JSON, M_NOT_FOUND */
async function filterOf(services: Services, userId: UserId, text: string | undefined): Promise<SyncFilter> {
  if (text === undefined || text === '') return parseSyncFilter({})
  if (!text.startsWith('{')) return services.filters.uploaded(userId, text)
  return parseSyncFilter(checkedBody(SyncFilterSchema, parseJson(text)) as JsonObject)
}
