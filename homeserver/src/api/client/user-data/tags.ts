// GET /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags, PUT, DELETE …/tags/{tag}
// https://spec.matrix.org/v1.19/client-server-api/#room-tagging
import { invalidParam, utf8Length } from '@pons/matrix'
import { requireSelf } from '../../auth/require-self.ts'
import { defineEndpoint, JsonObjectBody, params, RoomIdText, Text, UserIdText } from '../../endpoint.ts'

const all = '/_matrix/client/v3/user/:userId/rooms/:roomId/tags'
const one = `${all}/:tag`
const tagParams = params({ userId: UserIdText, roomId: RoomIdText, tag: Text })

export const listTags = defineEndpoint({
  method: 'GET',
  path: all,
  auth: 'user',
  params: params({ userId: UserIdText, roomId: RoomIdText }),
  async handle({ requester, params: { userId, roomId }, services }) {
    requireSelf(requester, userId)
    return { tags: await services.accountData.tags(userId, roomId) }
  },
})

export const setTag = defineEndpoint({
  method: 'PUT',
  path: one,
  auth: 'user',
  rateLimited: true,
  params: tagParams,
  body: JsonObjectBody,
  async handle({ requester, params: { userId, roomId, tag }, body, services }) {
    requireSelf(requester, userId)
    if (utf8Length(tag) > 255) throw invalidParam('a tag may have 255 bytes at most')
    await services.accountData.setTag(userId, roomId, tag, body)
    return {}
  },
})

export const deleteTag = defineEndpoint({
  method: 'DELETE',
  path: one,
  auth: 'user',
  params: tagParams,
  async handle({ requester, params: { userId, roomId, tag }, services }) {
    requireSelf(requester, userId)
    await services.accountData.removeTag(userId, roomId, tag)
    return {}
  },
})
