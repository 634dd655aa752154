// GET /_matrix/app/v1/users/{userId}
// https://spec.matrix.org/v1.19/application-service-api/#get_matrixappv1usersuserid
import { notFound, parseUserId } from '@pons/matrix'
import { defineEndpoint } from './define-endpoint.ts'

export const queryUser = defineEndpoint({
  method: 'GET',
  path: ['/_matrix/app/v1/users/:userId', '/users/:userId'],
  auth: 'appservice',
  async handle({ params, services }) {
    if (await services.queryUser(parseUserId(params['userId']))) return {}
    throw notFound('no such person on this network')
  },
})
