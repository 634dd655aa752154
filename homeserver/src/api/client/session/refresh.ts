// POST /_matrix/client/v3/refresh   https://spec.matrix.org/latest/client-server-api/#post_matrixclientv3refresh
import { Type } from 'typebox'
import { defineEndpoint } from '../../endpoint.ts'
import { tokenBody } from './session-tokens.ts'

export const refresh = defineEndpoint({
  method: 'POST',
  path: ['/_matrix/client/v3/refresh', '/_matrix/client/v1/refresh'],
  auth: 'none',
  rateLimited: true,
  body: Type.Object({ refresh_token: Type.String() }),
  handle: async ({ body, services }) => tokenBody(await services.sessions.refresh(body.refresh_token)),
})
