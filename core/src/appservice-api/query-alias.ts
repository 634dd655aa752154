// GET /_matrix/app/v1/rooms/{roomAlias}
// https://spec.matrix.org/v1.19/application-service-api/#get_matrixappv1roomsroomalias
import { notFound, parseRoomAlias } from '@pons/matrix'
import { defineEndpoint } from './define-endpoint.ts'

export const queryAlias = defineEndpoint({
  method: 'GET',
  path: ['/_matrix/app/v1/rooms/:roomAlias', '/rooms/:roomAlias'],
  auth: 'appservice',
  async handle({ params, services }) {
    if (await services.queryAlias(parseRoomAlias(params['roomAlias']))) return {}
    throw notFound('no such chat on this network')
  },
})
