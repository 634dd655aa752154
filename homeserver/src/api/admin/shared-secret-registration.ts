// GET, POST /_synapse/admin/v1/register: registration by who knows the shared secret, as the tools of Synapse do it.
import { forbidden, MatrixError, userInUse } from '@pons/matrix'
import { Type } from 'typebox'
import type { Services } from '../../services.ts'
import { checkNewPassword, newUserId } from '../client/session/new-user.ts'
import { sessionBody } from '../client/session/session-tokens.ts'
import { defineEndpoint } from '../endpoint.ts'

const path = '/_synapse/admin/v1/register'

export const getRegistrationNonce = defineEndpoint({
  method: 'GET',
  path,
  auth: 'none',
  rateLimited: true,
  handle({ services }) {
    requireSecret(services)
    return { nonce: services.registrationNonces.issue() }
  },
})

export const registerBySecret = defineEndpoint({
  method: 'POST',
  path,
  auth: 'none',
  rateLimited: true,
  body: Type.Object({
    nonce: Type.String(),
    username: Type.String(),
    password: Type.String(),
    admin: Type.Optional(Type.Boolean()),
    user_type: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    displayname: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    mac: Type.String(),
    inhibit_login: Type.Optional(Type.Boolean()),
    device_id: Type.Optional(Type.String()),
    initial_device_display_name: Type.Optional(Type.String()),
  }),
  async handle({ body, services }) {
    const secret = requireSecret(services)
    const { nonce, username, password, admin = false, mac, displayname } = body
    const signed = { nonce, username, password, isAdmin: admin, mac, userType: body.user_type ?? undefined }
    const result = services.registrationNonces.check(secret, signed)
    if (result === 'unknown nonce') throw new MatrixError('M_UNKNOWN', 'Unrecognised nonce', { status: 400 })
    if (result === 'wrong mac') throw forbidden('HMAC incorrect')
    const userId = newUserId(services, username, undefined)
    if (await services.accounts.find(userId)) throw userInUse('User ID already taken.')
    checkNewPassword(password)
    await services.accounts.create({ userId, password, isAdmin: admin })
    if (displayname) await services.profiles.set(userId, 'displayname', displayname)
    if (body.inhibit_login) return { user_id: userId, home_server: services.serverName }
    const tokens = await services.sessions.logIn({
      userId,
      deviceId: body.device_id,
      displayName: body.initial_device_display_name,
    })
    return sessionBody(services, userId, tokens)
  },
})

function requireSecret({ config }: Services): string {
  const { shared_secret: secret } = config.registration
  if (secret === undefined) {
    throw new MatrixError('M_UNKNOWN', 'Shared secret registration is not enabled', { status: 400 })
  }
  return secret
}
