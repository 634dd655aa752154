// POST /_matrix/client/v3/user_directory/search
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3user_directorysearch
import { Type } from 'typebox'
import { defineEndpoint } from '../../endpoint.ts'

const defaultLimit = 10
const maxLimit = 50

export const searchUsers = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/user_directory/search',
  auth: 'user',
  rateLimited: true,
  body: Type.Object({
    search_term: Type.String({ maxLength: 255 }),
    limit: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  async handle({ requester, body, services }) {
    const limit = Math.min(body.limit ?? defaultLimit, maxLimit)
    const bots = services.roster.list.map(({ senderUserId }) => senderUserId)
    const text = body.search_term.trim()
    const { users, isLimited } = await services.userSearch.find(requester.userId, text, { limit, bots })
    return { results: users, limited: isLimited }
  },
})
