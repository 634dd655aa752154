// GET, POST /_synapse/admin/v1/register: registration by who knows the shared secret, as the tools of Synapse do it.
import { userInUse } from '@pons/matrix'
import { Type } from 'typebox'
import { createPerson } from '../../users/new-person.ts'
import { checkNewPassword } from '../../users/check-new-password.ts'
import { newUserId } from '../client/session/new-user.ts'
import { sessionBody } from '../client/session/session-tokens.ts'
import { defineEndpoint } from '../endpoint.ts'
import { checkSigned, requireSecret } from './check-signed.ts'

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
  async handle({ body, services, request }) {
    const { nonce, username, password, admin = false, mac, user_type: userType } = body
    const signed = [username, password, admin ? 'admin' : 'notadmin', ...(userType ? [userType] : [])]
    await checkSigned(services, request, { nonce, mac, signed })
    const userId = newUserId(services, username, undefined)
    if (await services.accounts.find(userId)) throw userInUse('User ID already taken.')
    checkNewPassword(password)
    await createPerson(services, { userId, password, isAdmin: admin, displayName: body.displayname ?? undefined })
    if (body.inhibit_login) return { user_id: userId, home_server: services.serverName }
    const tokens = await services.sessions.logIn({
      userId,
      deviceId: body.device_id,
      displayName: body.initial_device_display_name,
    })
    return sessionBody(services, userId, tokens)
  },
})
