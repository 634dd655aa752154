// POST /_matrix/client/v3/user/{userId}/filter   https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3useruseridfilter
// GET /_matrix/client/v3/user/{userId}/filter/{filterId}
import type { JsonObject } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint, params, Text, UserIdText } from '../../endpoint.ts'
import { requireSelf } from '../../auth/require-self.ts'
import { SyncFilterSchema } from './filter-schema.ts'

const MAX_FILTER_BYTES = 64 * 1024

export const createFilter = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/user/:userId/filter',
  auth: 'user',
  params: params({ userId: UserIdText }),
  body: Type.Unsafe<JsonObject>(SyncFilterSchema),
  maxBodyBytes: MAX_FILTER_BYTES,
  async handle({ requester, params: { userId }, body, services }) {
    requireSelf(requester, userId)
    return { filter_id: await services.filters.create(userId, body) }
  },
})

export const getFilter = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/user/:userId/filter/:filterId',
  auth: 'user',
  params: params({ userId: UserIdText, filterId: Text }),
  async handle({ requester, params: { userId, filterId }, services }) {
    requireSelf(requester, userId)
    return services.filters.get(userId, filterId)
  },
})
