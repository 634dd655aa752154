import assert from 'node:assert/strict'
import { Agent, request } from 'undici'
import { Readable } from 'node:stream'
import { testHomeserver, type TestHomeserver } from '../support.ts'

const sizes = [100, 60_000, 300_000]

describe('an answer of the homeserver before the body was read leaves the connection usable, or says that it ends', () => {
  let server: TestHomeserver
  let url: string
  const room = encodeURIComponent('!room:example.org')
  const early = [
    { method: 'PUT', path: `/_matrix/client/v3/rooms/${room}/send/m.room.message/1`, status: 401 },
    { method: 'POST', path: '/_matrix/client/v3/createRoom', status: 401 },
    { method: 'POST', path: '/_matrix/media/v3/upload', status: 401 },
    { method: 'POST', path: '/_matrix/client/v3/sync', status: 405 },
    { method: 'POST', path: '/_matrix/nothing', status: 404 },
  ] as const
  const follow = { path: '/_matrix/client/versions', status: 200 }
  before(async () => {
    server = await testHomeserver({ listeners: [{ host: '127.0.0.1', port: 0 }] })
    url = server.homeserver.urls[0]!
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
