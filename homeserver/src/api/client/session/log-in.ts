// GET, POST /_matrix/client/v3/login   https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3login
import {
  forbidden,
  invalidParam,
  isUserId,
  MatrixError,
  missingParam,
  userDeactivated,
  type UserId,
} from '@pons/matrix'
import { Type, type Static } from 'typebox'
import type { Services } from '../../../services/open-services.ts'
import { refuseReserved } from '../../auth/refuse-reserved.ts'
import { requireAppservice } from '../../auth/require-appservice.ts'
import { defineEndpoint, PasswordText, ShortText } from '../../endpoint.ts'
import { refuseClosed } from './refuse-closed.ts'
import { sessionBody } from './session-tokens.ts'

const FLOWS = [{ type: 'm.login.password' }, { type: 'm.login.application_service' }]

export const getLoginFlows = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/login',
  auth: 'none',
  handle: () => ({ flows: FLOWS }),
})

const Body = Type.Object({
  type: ShortText,
  identifier: Type.Optional(Type.Object({ type: ShortText, user: Type.Optional(ShortText) })),
  user: Type.Optional(ShortText),
  password: Type.Optional(PasswordText),
  device_id: Type.Optional(ShortText),
  initial_device_display_name: Type.Optional(ShortText),
  refresh_token: Type.Optional(Type.Boolean()),
})

export const logIn = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/login',
  auth: 'none',
  body: Body,
  rateLimited: true,
  async handle({ body, services, request }) {
    let userId: UserId
    if (body.type === 'm.login.application_service') {
      const appservice = await requireAppservice(services, request)
      userId = userOf(services, body)
      refuseReserved(services, userId, appservice)
      if (!appservice.ownsUser(userId)) throw forbidden('The user is not in the namespace of the application service')
      if (!(await services.accounts.find(userId))) throw forbidden('The user is not registered')
    } else if (body.type === 'm.login.password') {
      userId = await services.accounts.meant(userOf(services, body))
      await checkPassword(services, userId, body.password, request.ip)
    } else {
      throw new MatrixError('M_UNKNOWN', 'Unknown login type', { status: 400 })
    }
    await refuseClosed(services, userId)
    const tokens = await services.sessions.logIn({
      userId,
      deviceId: body.device_id,
      displayName: body.initial_device_display_name,
      isRefreshed: body.refresh_token,
    })
    return sessionBody(services, userId, tokens)
  },
})

function userOf({ serverName }: Services, { identifier, user: oldUser }: Static<typeof Body>): UserId {
  if (identifier && identifier.type !== 'm.id.user') throw invalidParam('Unknown identifier type')
  const user = identifier?.user ?? oldUser
  if (user === undefined) throw missingParam('missing parameter identifier')
  const userId = user.startsWith('@') ? user : `@${user}:${serverName}`
  if (!isUserId(userId)) throw forbidden('Invalid username or password')
  return userId
}

async function checkPassword(
  { accounts, guesses }: Services,
  userId: UserId,
  password: string | undefined,
  ip: string | undefined,
): Promise<void> {
  if (password === undefined) throw missingParam('missing parameter password')
  // A deactivated account has no password to tell its owner by, so anybody is told.
  if ((await accounts.find(userId))?.isDeactivated) throw userDeactivated('This account has been deactivated')
  const isRight = await guesses.attempt({ account: userId, ip }, () => accounts.checkPassword(userId, password))
  if (!isRight) throw forbidden('Invalid username or password')
}
