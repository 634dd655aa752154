// GET /_matrix/client/v3/voip/turnServer   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3voipturnserver
import { createHmac } from 'node:crypto'
import { defineEndpoint } from '../../endpoint.ts'

/** Names and passwords that TURN servers with the same shared secret can check by themselves. */
export const getTurnServer = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/voip/turnServer',
  auth: 'user',
  handle({ requester, services }) {
    const { turn } = services.config
    if (!turn) return {}
    const expiresSeconds = Math.floor(services.clock.now() / 1000) + turn.lifetime_seconds
    const username = `${expiresSeconds}:${requester.userId}`
    const password = createHmac('sha1', turn.shared_secret).update(username).digest('base64')
    return { username, password, ttl: turn.lifetime_seconds, uris: turn.uris }
  },
})
