// POST /_matrix/client/v3/register, GET …/register/available
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3register
import { randomBytes } from 'node:crypto'
import { HttpResponse, type RequestInfo } from '@pons/http'
import { forbidden, guestAccessForbidden, missingParam, userInUse, type JsonObject, type UserId } from '@pons/matrix'
import { Type, type Static } from 'typebox'
import type { Services } from '../../../services/open-services.ts'
import { createPerson } from '../../../users/new-person.ts'
import { requireAppservice } from '../../auth/require-appservice.ts'
import { defineEndpoint, PasswordText, ShortText } from '../../endpoint.ts'
import { AuthBody } from '../../interactive-auth.ts'
import { checkNewPassword } from '../../../users/check-new-password.ts'
import { newUserId } from './new-user.ts'
import { refuseClosed } from './refuse-closed.ts'
import { sessionBody } from './session-tokens.ts'

const Body = Type.Object({
  username: Type.Optional(ShortText),
  password: Type.Optional(PasswordText),
  device_id: Type.Optional(ShortText),
  initial_device_display_name: Type.Optional(ShortText),
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
    const made = await services.interactiveAuth.registerOnce(body, () => create(services, userId, body, request.ip))
    if (made instanceof HttpResponse) return made
    // A request that is repeated may come when the account has been closed again.
    await refuseClosed(services, made)
    return session(services, made, body)
  },
})

/** The id of the new account, or what has to be proven first. */
async function create(
  services: Services,
  userId: UserId,
  body: Static<typeof Body>,
  ip: string | undefined,
): Promise<UserId | HttpResponse> {
  if (await services.accounts.find(userId)) throw userInUse('User ID already taken.')
  const action = { name: 'register', userId: undefined, stage: 'm.login.dummy' } as const
  const challenge = await services.interactiveAuth.challenge(action, body.auth)
  if (challenge) return new HttpResponse(401, challenge)
  checkNewPassword(body.password)
  services.guesses.newAccount(ip)
  return createPerson(services, { userId, password: body.password })
}

async function registerForAppservice(
  services: Services,
  request: RequestInfo,
  body: Static<typeof Body>,
): Promise<JsonObject> {
  const appservice = await requireAppservice(services, request)
  if (body.username === undefined) throw missingParam('missing parameter username')
  const userId = newUserId(services, body.username, appservice)
  const { accounts, profiles } = services
  await accounts.create({ userId, appservice: appservice.id }, async (tx) => profiles.emptyIn(tx, userId))
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
  query: Type.Object({ username: ShortText }),
  async handle({ query, services }) {
    const userId = newUserId(services, query.username, undefined)
    if (await services.accounts.find(userId)) throw userInUse('User ID already taken.')
    return { available: true }
  },
})
