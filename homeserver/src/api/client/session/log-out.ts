// POST /_matrix/client/v3/logout, /logout/all   https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3logout
import { defineEndpoint } from '../../endpoint.ts'

export const logOut = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/logout',
  auth: 'locked-user',
  rateLimited: false,
  async handle({ requester: { userId, deviceId }, services }) {
    if (deviceId !== undefined) await services.sessions.logOut({ userId, deviceId })
    return {}
  },
})

export const logOutAll = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/logout/all',
  auth: 'locked-user',
  rateLimited: false,
  async handle({ requester, services }) {
    await services.sessions.logOutAll(requester.userId)
    return {}
  },
})
