// GET /.well-known/matrix/client   https://spec.matrix.org/v1.19/client-server-api/#getwell-knownmatrixclient
import { notFound } from '@pons/matrix'
import { defineEndpoint } from './endpoint.ts'

export const wellKnownClient = defineEndpoint({
  method: 'GET',
  path: '/.well-known/matrix/client',
  auth: 'none',
  handle({ services }) {
    const { public_base_url: baseUrl } = services.config
    if (baseUrl === undefined) throw notFound('The public address of this server is not configured')
    // Bridges cannot read encrypted rooms yet: clients are asked not to make them unless somebody wants one.
    return { 'm.homeserver': { base_url: baseUrl }, 'io.element.e2ee': { default: false } }
  },
})
