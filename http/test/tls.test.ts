import assert from 'node:assert/strict'
import { get } from 'node:https'
import { pino } from 'pino'
import { createRouter, endpointDefiner, startServer } from '../src/index.ts'

// Made for this test alone, for the name localhost; it protects nothing.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpDGyi+BxPRlXf1x1
2U3XR76eI2d8c1rzfa6qECKfsbGhRANCAASATdNxMx+zYjzXRpQrXoe2m41K0v3H
MDPzKvqwDzMZMxIFYUXCfupj9wjLwPJKXBgHIog+4ZvA/VqBL3rl8/Io
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUUqyZ3Gv1+M04Xz+TvrUkaZrBZzkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzIyNTMwNVoYDzIxMjYxMDMw
MjI1MzA1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASATdNxMx+zYjzXRpQrXoe2m41K0v3HMDPzKvqwDzMZMxIFYUXCfupj
9wjLwPJKXBgHIog+4ZvA/VqBL3rl8/Ioo2kwZzAdBgNVHQ4EFgQUqNVlTKg6NcWU
BmEJEGIqJ7Zfe/swHwYDVR0jBBgwFoAUqNVlTKg6NcWUBmEJEGIqJ7Zfe/swDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhAIZwr//93LmTjD/nTGPRmzT0n6X5Au179HwZ1L16ThcMAiBaekj1l7Kn
kfzW37k2yEA+3SqjeCstXrzq8FIhgB3Ztw==
-----END CERTIFICATE-----`

describe('startServer with TLS', () => {
  it('serves plain and encrypted listeners at once', async () => {
    const hello = endpointDefiner<undefined, undefined>()({
      method: 'GET',
      path: '/hello',
      auth: 'none',
      handle: () => ({ hello: true }),
    })
    const logger = pino({ level: 'silent' })
    const router = createRouter([hello], { services: undefined, logger, authenticate: async () => undefined })
    await using server = await startServer({
      router,
      listeners: [
        { host: '127.0.0.1', port: 0 },
        { host: '127.0.0.1', port: 0, tls: { key, cert } },
      ],
    })
    const [plain = '', secure = ''] = server.urls
    assert.deepEqual(await (await fetch(`${plain}/hello`)).json(), { hello: true })
    const text = await new Promise<string>((resolve, reject) => {
      get(`${secure}/hello`, { ca: cert, servername: 'localhost', agent: false }, (response) => {
        let body = ''
        response.on('data', (chunk) => (body += String(chunk)))
        response.on('end', () => resolve(body))
      }).on('error', reject)
    })
    assert.deepEqual(JSON.parse(text), { hello: true })
  })
})
