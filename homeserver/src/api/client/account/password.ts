// POST /_matrix/client/v3/account/password   https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountpassword
import { Type } from 'typebox'
import { defineEndpoint, PasswordText } from '../../endpoint.ts'
import { askPassword, AuthBody } from '../../interactive-auth.ts'
import { checkNewPassword } from '../../../users/check-new-password.ts'

export const changePassword = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/password',
  auth: 'user',
  rateLimited: true,
  body: Type.Object({
    new_password: Type.Optional(PasswordText),
    logout_devices: Type.Optional(Type.Boolean()),
    auth: AuthBody,
  }),
  async handle({ requester, body, services, request }) {
    // Application services are trusted with their users, who have no password to ask for.
    if (!requester.appservice) {
      const challenge = await askPassword(services, requester, request, body.auth)
      if (challenge) return challenge
    }
    checkNewPassword(body.new_password)
    await services.accounts.setPassword(requester.userId, body.new_password)
    if (body.logout_devices ?? true) await services.sessions.logOutAll(requester.userId, requester.deviceId)
    return {}
  },
})
