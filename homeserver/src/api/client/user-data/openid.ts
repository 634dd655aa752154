// POST /_matrix/client/v3/user/{userId}/openid/request_token, GET /_matrix/federation/v1/openid/userinfo
// https://spec.matrix.org/v1.19/client-server-api/#openid
import { unknownToken } from '@pons/matrix'
import { Type } from 'typebox'
import { requireSelf } from '../../auth/require-self.ts'
import { defineEndpoint, ShortText, JsonObjectBody, params, UserIdText } from '../../endpoint.ts'

export const requestOpenIdToken = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/user/:userId/openid/request_token',
  auth: 'user',
  rateLimited: true,
  params: params({ userId: UserIdText }),
  body: JsonObjectBody,
  handle({ requester, params: { userId }, services }) {
    requireSelf(requester, userId)
    const { token, lifeSeconds } = services.openIdTokens.issue(userId)
    return {
      access_token: token,
      token_type: 'Bearer',
      matrix_server_name: services.serverName,
      expires_in: lifeSeconds,
    }
  },
})

/** What the service that got the token asks. */
export const getOpenIdUser = defineEndpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/openid/userinfo',
  auth: 'none',
  rateLimited: true,
  query: Type.Object({ access_token: ShortText }),
  async handle({ query, services, request }) {
    const { openIdTokens, accounts, guesses } = services
    const userId = openIdTokens.ownerOf(query.access_token)
    const account = userId && (await accounts.find(userId))
    // It says that somebody can use the account, which holds for neither.
    const isGood = account !== undefined && !account.isDeactivated && !account.isLocked
    await guesses.attempt({ ip: request.ip }, async () => isGood)
    if (!isGood) throw unknownToken('Access token unknown or expired')
    return { sub: userId }
  },
})
