import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { limitExceeded, missingToken, tooLarge } from '@pons/matrix'
import { pino } from 'pino'
import { Type } from 'typebox'
import { createRouter, endpointDefiner, startServer, type RunningServer } from '../src/index.ts'

const define = endpointDefiner<undefined, 'somebody'>()
const endpoints = [
  define({ method: 'GET', path: '/ok', auth: 'none', handle: () => ({ ok: true }) }),
  define({ method: 'POST', path: '/body', auth: 'none', body: Type.Object({}), handle: () => ({}) }),
  define({ method: 'POST', path: '/user', auth: 'user', body: Type.Object({}), handle: () => ({}) }),
  define({ method: 'POST', path: '/limited', auth: 'none', rateLimited: true, handle: () => ({}) }),
  define({
    method: 'POST',
    path: '/query',
    auth: 'none',
    query: Type.Object({ needed: Type.String() }),
    body: Type.Object({}),
    handle: () => ({}),
  }),
  define({
    method: 'POST',
    path: '/upload',
    auth: 'none',
    body: 'stream',
    async handle({ stream }) {
      for await (const _ of stream) throw tooLarge('enough')
    },
  }),
  define({ method: 'POST', path: '/unread-upload', auth: 'none', body: 'stream', handle: () => ({}) }),
]

const cases = [
  { name: '401', path: '/user', status: 401 },
  { name: '404', path: '/nothing', status: 404 },
  { name: '405', path: '/ok', status: 405 },
  { name: '429', path: '/limited', status: 429 },
  { name: '400 for the query', path: '/query', status: 400 },
  { name: '413 in the middle of an upload', path: '/upload', status: 413 },
  { name: '200 without reading the upload', path: '/unread-upload', status: 200 },
  { name: '413 for a JSON body', path: '/body', status: 413, onlyLarge: true },
] as const

const sizes = [100, 60_000, 300_000, 3_000_000]

/** Reads one answer; resolves with its head and whether the server said that it is the last. */
class RawClient {
  readonly #socket
  #text = ''
  #error: Error | undefined
  #isEnded = false

  constructor(url: string) {
    this.#socket = connect(Number(new URL(url).port), '127.0.0.1')
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (chunk: string) => (this.#text += chunk))
    this.#socket.on('error', (error) => (this.#error = error))
    this.#socket.on('end', () => (this.#isEnded = true))
  }

  write(text: string): void {
    this.#socket.write(text, 'latin1')
  }

  async #until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.#error) throw this.#error
      if (this.#isEnded) throw new Error(`ended after: ${this.#text}`)
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'end'), once(this.#socket, 'close')])
    }
  }

  async answer(): Promise<{ status: number; isLast: boolean; was100: boolean }> {
    let was100 = false
    await this.#until(() => this.#text.includes('\r\n\r\n'))
    if (this.#text.startsWith('HTTP/1.1 100')) {
      was100 = true
      this.#text = this.#text.slice(this.#text.indexOf('\r\n\r\n') + 4)
      await this.#until(() => this.#text.includes('\r\n\r\n'))
    }
    const [head = ''] = this.#text.split('\r\n\r\n', 1)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    await this.#until(() => this.#text.length >= head.length + 4 + length)
    this.#text = this.#text.slice(head.length + 4 + length)
    return {
      status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
      isLast: /connection: close/i.test(head),
      was100,
    }
  }

  /** Resolves when the server has closed its side without dropping anything. */
  async ended(): Promise<void> {
    while (!this.#isEnded) {
      if (this.#error) throw this.#error
      await Promise.race([once(this.#socket, 'end'), once(this.#socket, 'close')])
    }
    if (this.#error) throw this.#error
  }

  close(): void {
    this.#socket.destroy()
  }
}

describe('an answer before the body was read leaves the connection usable, or says that it ends', () => {
  let server: RunningServer
  before(async () => {
    const router = createRouter<undefined, 'somebody'>(endpoints, {
      services: undefined,
      logger: pino({ level: 'silent' }),
      authenticate: async ({ headers }) => {
        if (headers['authorization'] === undefined) throw missingToken('Missing access token')
        return 'somebody'
      },
      limit: (_requester, { path }) => {
        if (path === '/limited') throw limitExceeded(1000)
      },
    })
    server = await startServer({ listeners: [{ host: '127.0.0.1', port: 0 }], router })
  })
  after(() => server[Symbol.asyncDispose]())

  for (const { name, path, status, ...more } of cases) {
    const isOnlyLarge = 'onlyLarge' in more
    for (const size of sizes.filter((of) => !isOnlyLarge || of > 65_536)) {
      for (const framing of ['content-length', 'chunked'] as const) {
        for (const expects of [false, true]) {
          it(`${name}, ${size} bytes by ${framing}${expects ? ', asked for first' : ''}`, async () => {
            const client = new RawClient(server.urls[0]!)
            try {
              const length = framing === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${size}`
              const expectation = expects ? 'expect: 100-continue\r\n' : ''
              client.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${expectation}${length}\r\n\r\n`)
              const isRead = path === '/upload' || (path === '/body' && framing === 'chunked')
              const half = Math.ceil(size / 2)
              const piece = (bytes: number): string =>
                framing === 'chunked' ? `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n` : 'x'.repeat(bytes)
              // Without an expectation, half the body is on its way before the answer comes.
              if (!expects || (isRead && size <= 4 * 1024 * 1024)) client.write(piece(half))
              if (isRead && path === '/body') client.write(piece(size - half))
              const answer = await client.answer()
              assert.equal(answer.status, status)
              if (expects && !isRead) assert.equal(answer.was100, false, 'nobody wanted the body')
              if (answer.isLast) {
                // A client that writes on all the same loses nothing of the answer, and no second request is served.
                if (!expects) client.write(piece(size - half))
                client.write('GET /ok HTTP/1.1\r\nhost: x\r\n\r\n')
                await client.ended()
                return
              }
              assert.ok(size <= 65_536 && framing === 'content-length', 'only a small known rest is worth reading')
              client.write(piece(size - half))
              client.write('GET /ok HTTP/1.1\r\nhost: x\r\n\r\n')
              assert.equal((await client.answer()).status, 200)
            } finally {
              client.close()
            }
          })
        }
      }
    }
  }

  for (const size of sizes) {
    it(`serves 100 of 100 follow-up requests of a client that keeps its connections, after ${size} bytes`, async () => {
      for (let round = 0; round < 100; round++) {
        const { path, status } = cases[round % 7]!
        const early = await fetch(`${server.urls[0]}${path}`, { method: 'POST', body: Buffer.alloc(size, 'x') })
        assert.equal(early.status, status, path)
        await early.arrayBuffer()
        const next = await fetch(`${server.urls[0]}/ok`)
        assert.deepEqual([next.status, await next.json()], [200, { ok: true }])
      }
    })
  }
})
