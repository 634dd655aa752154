// GET, PUT /_matrix/client/v3/presence/{userId}/status
// https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3presenceuseridstatus
import { forbidden } from '@pons/matrix'
import { Type } from 'typebox'
import { requireSelf } from '../../auth/require-self.ts'
import { defineEndpoint, params, UserIdText } from '../../endpoint.ts'

const path = '/_matrix/client/v3/presence/:userId/status'
const userParams = params({ userId: UserIdText })

export const getPresence = defineEndpoint({
  method: 'GET',
  path,
  auth: 'user',
  params: userParams,
  async handle({ requester, params: { userId }, services }) {
    if (!(await services.presence.sharesRoom(requester.userId, userId))) {
      throw forbidden('You share no room with this user')
    }
    return services.presence.of(userId)
  },
})

export const setPresence = defineEndpoint({
  method: 'PUT',
  path,
  auth: 'user',
  rateLimited: true,
  params: userParams,
  body: Type.Object({
    presence: Type.Union([Type.Literal('online'), Type.Literal('unavailable'), Type.Literal('offline')]),
    status_msg: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
  handle({ requester, params: { userId }, body, services }) {
    requireSelf(requester, userId)
    services.presence.set(userId, body.presence, {
      ...(typeof body.status_msg === 'string' && { statusMessage: body.status_msg }),
      isKept: requester.appservice !== undefined,
    })
    return {}
  },
})
