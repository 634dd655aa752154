// GET /_matrix/app/v1/thirdparty/{protocol|location|user}/…
// https://spec.matrix.org/v1.19/application-service-api/#third-party-networks
import { notFound } from '@pons/matrix'
import { defineEndpoint } from './define-endpoint.ts'

export const getProtocol = defineEndpoint({
  method: 'GET',
  path: '/_matrix/app/v1/thirdparty/protocol/:protocol',
  auth: 'appservice',
  handle({ params, services }) {
    const protocol = services.protocol(params['protocol'] ?? '')
    if (protocol === undefined) throw notFound('no such protocol')
    return protocol
  },
})

export const getLocations = defineEndpoint({
  method: 'GET',
  path: ['/_matrix/app/v1/thirdparty/location/:protocol', '/_matrix/app/v1/thirdparty/location'],
  auth: 'appservice',
  handle: ({ request, services }) => services.locations(request.query),
})

export const getUsers = defineEndpoint({
  method: 'GET',
  path: ['/_matrix/app/v1/thirdparty/user/:protocol', '/_matrix/app/v1/thirdparty/user'],
  auth: 'appservice',
  handle: ({ request, services }) => services.people(request.query),
})
