// GET /.well-known/matrix/client   https://spec.matrix.org/latest/client-server-api/#getwell-knownmatrixclient
import { notFound } from '@pons/matrix'
import { defineEndpoint } from './endpoint.ts'

export const wellKnownClient = defineEndpoint({
  method: 'GET',
  path: '/.well-known/matrix/client',
  auth: 'none',
  handle({ services }) {
    const { public_base_url: baseUrl } = services.config
    if (baseUrl === undefined) throw notFound('The public address of this server is not configured')
    return { 'm.homeserver': { base_url: baseUrl } }
  },
})
