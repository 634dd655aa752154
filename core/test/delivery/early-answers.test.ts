import assert from 'node:assert/strict'
import { Agent, request } from 'undici'
import { Readable } from 'node:stream'
import { appserviceRouter } from '../../src/appservice-api/router.ts'
import { listenForHomeserver } from '../../src/appservice-api/listen.ts'
import { pino } from 'pino'

const sizes = [100, 60_000, 300_000]

describe('an answer of the application service before the body was read leaves the connection usable, or says that it ends', () => {
  let server: Awaited<ReturnType<typeof listenForHomeserver>>
  let url: string
  const early = [
    { method: 'PUT', path: '/_matrix/app/v1/transactions/1', status: 401 },
    { method: 'PUT', path: '/_matrix/app/v1/transactions/1?access_token=wrong', status: 403 },
    { method: 'POST', path: '/_matrix/app/v1/ping', status: 401 },
    { method: 'POST', path: '/_matrix/app/v1/transactions/1', status: 405 },
  ] as const
  const follow = { path: '/_matrix/app/v1/thirdparty/protocol/sim?access_token=right', status: 404 }
  before(async () => {
    const logger = pino({ level: 'silent' })
    const services = {
      transaction: () => assert.fail('nothing may be taken in'),
      queryUser: async () => false,
      queryAlias: async () => false,
      protocol: () => undefined,
      locations: async () => [],
      people: async () => [],
    }
    const router = appserviceRouter({ services, hsToken: 'right', logger })
    const listener = { host: '127.0.0.1', port: 0 }
    server = await listenForHomeserver({ router, hsToken: 'right', listener, logger })
    url = server.urls[0]!
  })
  after(() => server[Symbol.asyncDispose]())

  for (const size of sizes) {
    for (const framing of ['content-length', 'chunked'] as const) {
      it(`serves the request after each early answer, ${size} bytes by ${framing}`, async () => {
        const dispatcher = new Agent({ connections: 1, pipelining: 1 })
        try {
          for (let round = 0; round < 100; round++) {
            const { method, path, status } = early[round % early.length]!
            const bytes = Buffer.alloc(size, 'x')
            const body = framing === 'chunked' ? Readable.from([bytes.subarray(0, 50), bytes.subarray(50)]) : bytes
            const answer = await request(`${url}${path}`, { method, body, dispatcher })
            assert.equal(answer.statusCode, status, path)
            await answer.body.dump()
            const next = await request(`${url}${follow.path}`, { dispatcher })
            assert.equal(next.statusCode, follow.status)
            await next.body.dump()
          }
        } finally {
          await dispatcher.destroy()
        }
      })
    }
  }
})
