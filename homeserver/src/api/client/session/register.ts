// POST /_matrix/client/v3/register, GET …/register/available
// https://spec.matrix.org/latest/client-server-api/#post_matrixclientv3register
import { randomBytes } from 'node:crypto'
import { HttpResponse, type RequestInfo } from '@pons/http'
import { forbidden, guestAccessForbidden, missingParam, userInUse, type JsonObject, type UserId } from '@pons/matrix'
import { Type, type Static } from 'typebox'
import type { Services } from '../../../services.ts'
import { requireAppservice } from '../../auth.ts'
import { defineEndpoint } from '../../endpoint.ts'
import { AuthBody } from '../../interactive-auth.ts'
import { checkNewPassword, newUserId } from './new-user.ts'
import { sessionBody } from './session-tokens.ts'

const Body = Type.Object({
  username: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  device_id: Type.Optional(Type.String()),
  initial_device_display_name: Type.Optional(Type.String()),
  inhibit_login: Type.Optional(Type.Boolean()),
  refresh_token: Type.Optional(Type.Boolean()),
  type: Type.Optional(Type.String()),
  auth: AuthBody,
})

export const register = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/register',
  auth: 'none',
  query: Type.Object({ kind: Type.Optional(Type.Union([Type.Literal('user'), Type.Literal('guest')])) }),
  body: Body,
  rateLimited: true,
  async handle({ body, query, services, request }) {
    const type = body.type ?? body.auth?.['type']
    if (type === 'm.login.application_service') return registerForAppservice(services, request, body)
    if (query.kind === 'guest') throw guestAccessForbidden('Guest access is disabled')
    if (!services.config.registration.open) throw forbidden('Registration has been disabled')
    const userId = newUserId(services, body.username ?? `u${randomBytes(6).toString('hex')}`, undefined)
    if (await services.accounts.find(userId)) throw userInUse('User ID already taken.')
    const action = { name: 'register', userId: undefined, stage: 'm.login.dummy' } as const
    const challenge = await services.interactiveAuth.challenge(action, body.auth)
    if (challenge) return new HttpResponse(401, challenge)
    checkNewPassword(body.password)
    await services.accounts.create({ userId, password: body.password })
    return session(services, userId, body)
  },
})

async function registerForAppservice(
  services: Services,
  request: RequestInfo,
  body: Static<typeof Body>,
): Promise<JsonObject> {
  const appservice = requireAppservice(services, request)
  if (body.username === undefined) throw missingParam('missing parameter username')
  const userId = newUserId(services, body.username, appservice)
  await services.accounts.create({ userId, appservice: appservice.id })
  return session(services, userId, body)
}

async function session(services: Services, userId: UserId, body: Static<typeof Body>): Promise<JsonObject> {
  if (body.inhibit_login) return { user_id: userId, home_server: services.serverName }
  const tokens = await services.sessions.logIn({
    userId,
    deviceId: body.device_id,
    displayName: body.initial_device_display_name,
    isRefreshed: body.refresh_token,
  })
  return sessionBody(services, userId, tokens)
}

export const isUsernameAvailable = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/register/available',
  auth: 'none',
  rateLimited: true,
  query: Type.Object({ username: Type.String() }),
  async handle({ query, services }) {
    const userId = newUserId(services, query.username, undefined)
    if (await services.accounts.find(userId)) throw userInUse('User ID already taken.')
    return { available: true }
  },
})
