// POST /_matrix/client/v3/user/{userId}/filter   https://spec.matrix.org/latest/client-server-api/#post_matrixclientv3useruseridfilter
// GET /_matrix/client/v3/user/{userId}/filter/{filterId}
import { defineEndpoint, JsonObjectBody, params, Text, UserIdText } from '../../endpoint.ts'
import { requireSelf } from '../../auth.ts'

export const createFilter = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/user/:userId/filter',
  auth: 'user',
  params: params({ userId: UserIdText }),
  body: JsonObjectBody,
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
