// POST /_matrix/app/v1/ping
// https://spec.matrix.org/v1.19/application-service-api/#post_matrixappv1ping
import { defineEndpoint } from './define-endpoint.ts'

export const postPing = defineEndpoint({
  method: 'POST',
  path: '/_matrix/app/v1/ping',
  auth: 'appservice',
  handle: () => ({}),
})
