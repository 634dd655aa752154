// POST /_synapse/admin/v1/reset_password/{userId}, as the tools of Synapse do it, and POST /_pons/admin/v1/password by who
// knows the shared secret, as `pons password` does it.
import { Type } from 'typebox'
import { resetPassword } from '../../users/reset-password.ts'
import { defineEndpoint, params, PasswordText, UserIdText } from '../endpoint.ts'
import { checkSigned } from './check-signed.ts'

export const resetPasswordByAdmin = defineEndpoint({
  method: 'POST',
  path: '/_synapse/admin/v1/reset_password/:userId',
  auth: 'admin',
  params: params({ userId: UserIdText }),
  body: Type.Object({ new_password: PasswordText, logout_devices: Type.Optional(Type.Boolean()) }),
  async handle({ params: { userId }, body, services }) {
    const keepsDevices = body.logout_devices === false
    await resetPassword(services, userId, body.new_password, { keepsDevices })
    return {}
  },
})

export const resetPasswordBySecret = defineEndpoint({
  method: 'POST',
  path: '/_pons/admin/v1/password',
  auth: 'none',
  rateLimited: true,
  body: Type.Object({ nonce: Type.String(), mac: Type.String(), user_id: UserIdText, password: PasswordText }),
  async handle({ body, services, request }) {
    const { nonce, mac, user_id: userId, password } = body
    await checkSigned(services, request, { nonce, mac, signed: [userId, password, 'password'] })
    await resetPassword(services, userId, password)
    return {}
  },
})
