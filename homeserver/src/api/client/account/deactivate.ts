// POST /_matrix/client/v3/account/deactivate
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountdeactivate
import { Type } from 'typebox'
import { deactivateAccount } from '../../../users/deactivation.ts'
import { defineEndpoint } from '../../endpoint.ts'
import { askPassword, AuthBody } from '../../interactive-auth.ts'

export const deactivate = defineEndpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/deactivate',
  auth: 'user',
  rateLimited: true,
  body: Type.Object({ erase: Type.Optional(Type.Boolean()), auth: AuthBody }),
  async handle({ requester, body, services, request }) {
    if (!requester.appservice) {
      const challenge = await askPassword(services, requester, request, body.auth)
      if (challenge) return challenge
    }
    await deactivateAccount(services, requester.userId, body.erase ?? false)
    // There is no identity server that an address was bound at.
    return { id_server_unbind_result: 'success' }
  },
})
