import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createPlain, type RequestListener } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { createEgress } from '@pons/http'
import { httpTransport, isLoopback, type HttpTransportOptions } from '../../src/appservices/http-transport.ts'

// Made for this test alone, for the name localhost; it protects nothing.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgt1ArGkxKdeLzVQ5z
rncyeDf4XU/sEptVXX4cxtzZt2GhRANCAASaUmwnmleKk7k5BRTm68RZMNAOAKQm
RMpMvGC8tBTp6TMWr+QFSRz8AeFZlKYvKu3F8JochRz1fv1I7wdtsMpQ
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUEwTWzzHLsypBC0X3R0J2DTivTgkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzIzMjU1M1oYDzIxMjYxMDMw
MjMyNTUzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASaUmwnmleKk7k5BRTm68RZMNAOAKQmRMpMvGC8tBTp6TMWr+QFSRz8
AeFZlKYvKu3F8JochRz1fv1I7wdtsMpQo2kwZzAdBgNVHQ4EFgQUe2S83T6tnfKm
X9UqrIonqBE5IDYwHwYDVR0jBBgwFoAUe2S83T6tnfKmX9UqrIonqBE5IDYwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhALY0XwHpGkxYjyLRjO7QZV3gGdZg3xUHXibMaZHe3/v7AiEAyiuLqClX
KjmnKIXHR3RMqaXIaMMOz1K2rmGzOhYL3Vs=
-----END CERTIFICATE-----`

const answer: RequestListener = (request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ url: request.url, authorization: request.headers.authorization }))
}

describe('requests to application services', () => {
  let plain: Server
  let secure: Server

  before(async () => {
    plain = createPlain(answer).listen(0, '127.0.0.1')
    secure = createSecure({ key, cert }, answer).listen(0, '127.0.0.1')
    await Promise.all([once(plain, 'listening'), once(secure, 'listening')])
  })
  after(() => {
    plain.close()
    secure.close()
  })

  const portOf = (server: Server): number => (server.address() as AddressInfo).port
  async function ask(base: string, options?: HttpTransportOptions): Promise<unknown> {
    await using transport = httpTransport(base, 'token', options)
    return (await transport.send({ method: 'GET', url: '/x?y=z', timeoutMs: 5000 })).body
  }
  const expected = { url: '/as/x?y=z', authorization: 'Bearer token' }

  it('carry the token, below the path of the registration', async () => {
    assert.deepEqual(await ask(`http://127.0.0.1:${portOf(plain)}/as/`), expected)
  })

  it('trust the configured certificate, and no other unknown one', async () => {
    const base = `https://localhost:${portOf(secure)}/as`
    await assert.rejects(ask(base), { name: 'TransportError', isTimeout: false })
    assert.deepEqual(await ask(base, { ca: cert }), expected)
  })

  it('do not reach this machine when that is not allowed', async () => {
    const options = { egress: createEgress({ allowLoopback: false }).forOperator }
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', 'x.localhost']) {
      await assert.rejects(ask(`http://${host}:${portOf(plain)}/as`, options), { name: 'TransportError' }, host)
    }
  })

  for (const [url, expectedLoopback] of [
    ['http://localhost:1', true],
    ['http://127.8.9.1', true],
    ['http://[::1]:8', true],
    ['http://[::ffff:127.0.0.1]', true],
    ['http://128.0.0.1', false],
    ['http://127.example.org', false],
  ] as const) {
    it(`${url} is ${expectedLoopback ? '' : 'not '}on this machine`, () =>
      assert.equal(isLoopback(url), expectedLoopback))
  }
})
