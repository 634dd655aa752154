// POST /_matrix/client/v3/refresh   https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3refresh
import { unknownToken, userLocked } from '@pons/matrix'
import { Type } from 'typebox'
import { defineEndpoint, ShortText } from '../../endpoint.ts'
import { tokenBody } from './session-tokens.ts'

export const refresh = defineEndpoint({
  method: 'POST',
  path: ['/_matrix/client/v3/refresh', '/_matrix/client/v1/refresh'],
  auth: 'none',
  rateLimited: true,
  body: Type.Object({ refresh_token: ShortText }),
  async handle({ body: { refresh_token: token }, services, request }) {
    const { accounts, sessions, guesses } = services
    const owner = await sessions.ownerOfRefreshToken(token)
    const account = owner && (await accounts.find(owner))
    const isGood = account !== undefined && !account.isDeactivated
    await guesses.attempt({ ip: request.ip }, async () => isGood)
    if (!isGood) throw unknownToken('Unrecognised refresh token', { soft_logout: false })
    if (account.isLocked) throw userLocked('This account is locked', { soft_logout: true })
    return tokenBody(await sessions.refresh(token))
  },
})
