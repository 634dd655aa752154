import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { forbidden, limitExceeded } from '@pons/matrix'
import { pino } from 'pino'
import { Type } from 'typebox'
import {
  createRouter,
  endpointDefiner,
  expressFallback,
  HttpResponse,
  RateLimiter,
  startServer,
  type Router,
  type RunningServer,
} from '../src/index.ts'

interface Requester {
  readonly name: string
}

const defineEndpoint = endpointDefiner<{ aborted: (() => void)[] }, Requester>()

const endpoints = [
  defineEndpoint({
    method: 'PUT',
    path: '/rooms/:roomId/state/:type/:key?',
    auth: 'user',
    body: Type.Object({ n: Type.Optional(Type.Integer()) }),
    handle: ({ params, body, requester }) => ({ params, body, by: requester.name }),
  }),
  defineEndpoint({ method: 'GET', path: '/rooms/:roomId/state', auth: 'none', handle: ({ params }) => ({ params }) }),
  defineEndpoint({ method: 'GET', path: '/rooms/fixed/state', auth: 'none', handle: () => ({ fixed: true }) }),
  defineEndpoint({
    method: 'GET',
    path: '/query',
    auth: 'optional',
    query: Type.Object({
      n: Type.Optional(Type.Integer()),
      flag: Type.Optional(Type.Boolean()),
      list: Type.Optional(Type.Array(Type.String())),
      needed: Type.String(),
    }),
    handle: ({ query, requester }) => ({ query, known: requester !== undefined }),
  }),
  defineEndpoint({ method: 'GET', path: '/refuse', auth: 'none', handle: () => Promise.reject(limitExceeded(1500)) }),
  defineEndpoint({
    method: 'GET',
    path: '/break',
    auth: 'none',
    handle: () => {
      throw new Error('secret detail')
    },
  }),
  defineEndpoint({
    method: 'GET',
    path: '/bytes',
    auth: 'none',
    handle: () => new HttpResponse(201, new Uint8Array([1, 2, 3]), { 'content-type': 'image/png' }),
  }),
  defineEndpoint({
    method: 'POST',
    path: '/upload',
    auth: 'none',
    body: 'stream',
    maxBodyBytes: 1000,
    async handle({ stream }) {
      let length = 0
      for await (const chunk of stream) length += chunk.byteLength
      return { length }
    },
  }),
  defineEndpoint({
    method: 'GET',
    path: '/poll',
    auth: 'none',
    handle: ({ signal, services }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          for (const seen of services.aborted) seen()
          resolve({})
        })
      }),
  }),
]

describe('router', () => {
  const services = { aborted: [] as (() => void)[] }
  let router: Router
  let server: RunningServer
  let url: string

  before(async () => {
    const logger = pino({ level: 'silent' })
    router = createRouter(endpoints, {
      services,
      logger,
      maxBodyBytes: 10_000,
      async authenticate(request, auth) {
        const name = request.headers['authorization']
        if (name === undefined && auth !== 'optional') throw forbidden('who are you')
        return name === undefined ? undefined : { name }
      },
    })
    const fallback = expressFallback(
      [{ path: '/page', handler: (_request, response) => void response.send('<p>a page</p>') }],
      logger,
    )
    server = await startServer({ listeners: [{ host: '127.0.0.1', port: 0 }], router, fallback })
    url = server.urls[0]!
  })
  after(() => server[Symbol.asyncDispose]())

  /** The same request through the socket and without: both must answer alike. */
  async function both(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
    const answer = await fetch(url + path, { method, headers, ...(body !== undefined && { body }) })
    const text = await answer.text()
    const direct = await router.dispatch({
      method,
      url: path,
      headers,
      ...(body !== undefined && { body: new TextEncoder().encode(body) }),
    })
    assert.equal(direct.status, answer.status)
    const value = text === '' ? undefined : (JSON.parse(text) as unknown)
    if (method !== 'HEAD') assert.deepEqual(direct.body, value)
    return { status: answer.status, body: value, headers: answer.headers }
  }

  const cases: { name: string; method: string; path: string; body?: string; status: number; expected: unknown }[] = [
    {
      name: 'decodes each segment of the path by itself, slashes inside too',
      method: 'PUT',
      path: '/rooms/%21a%2Fb%3Ac/state/t/%C3%A9',
      body: '{"n":1,"kept":[1.5]}',
      status: 200,
      expected: { params: { roomId: '!a/b:c', type: 't', key: 'é' }, body: { n: 1, kept: [1.5] }, by: 'me' },
    },
    {
      name: 'lets an optional last segment be empty',
      method: 'PUT',
      path: '/rooms/a/state/t/',
      body: '{}',
      status: 200,
      expected: { params: { roomId: 'a', type: 't', key: '' }, body: {}, by: 'me' },
    },
    {
      name: 'prefers a fixed segment',
      method: 'GET',
      path: '/rooms/fixed/state',
      status: 200,
      expected: { fixed: true },
    },
    {
      name: 'goes back to a parameter where the fixed segment leads nowhere',
      method: 'PUT',
      path: '/rooms/fixed/state/t/k',
      body: '{}',
      status: 200,
      expected: { params: { roomId: 'fixed', type: 't', key: 'k' }, body: {}, by: 'me' },
    },
    {
      name: 'converts the query to its types',
      method: 'GET',
      path: '/query?n=-3&flag=true&list=a&list=b&needed=%20x&other=1',
      status: 200,
      expected: { query: { n: -3, flag: true, list: ['a', 'b'], needed: ' x', other: '1' }, known: true },
    },
    {
      name: 'takes what is empty and may be absent as absent',
      method: 'GET',
      path: '/query?n=&flag=&needed=&other=',
      status: 200,
      expected: { query: { needed: '', other: '' }, known: true },
    },
    {
      name: 'refuses a query of the wrong type',
      method: 'GET',
      path: '/query?needed=x&n=many',
      status: 400,
      expected: 'M_INVALID_PARAM',
    },
    {
      name: 'refuses a query that lacks a key',
      method: 'GET',
      path: '/query',
      status: 400,
      expected: 'M_MISSING_PARAM',
    },
    { name: 'knows no such path', method: 'GET', path: '/rooms/a/b', status: 404, expected: 'M_UNRECOGNIZED' },
    {
      name: 'knows no broken encoding',
      method: 'GET',
      path: '/rooms/%zz/state',
      status: 404,
      expected: 'M_UNRECOGNIZED',
    },
    { name: 'knows no such method', method: 'DELETE', path: '/query', status: 405, expected: 'M_UNRECOGNIZED' },
    {
      name: 'refuses what is not JSON',
      method: 'PUT',
      path: '/rooms/a/state/t/k',
      body: '{"n":',
      status: 400,
      expected: 'M_NOT_JSON',
    },
    {
      name: 'refuses an empty PUT',
      method: 'PUT',
      path: '/rooms/a/state/t/k',
      body: '',
      status: 400,
      expected: 'M_NOT_JSON',
    },
    {
      name: 'refuses a body of another shape',
      method: 'PUT',
      path: '/rooms/a/state/t/k',
      body: '[]',
      status: 400,
      expected: 'M_BAD_JSON',
    },
    {
      name: 'refuses a value of another type',
      method: 'PUT',
      path: '/rooms/a/state/t/k',
      body: '{"n":"x"}',
      status: 400,
      expected: 'M_BAD_JSON',
    },
    {
      name: 'refuses JSON that is nested too deep',
      method: 'PUT',
      path: '/rooms/a/state/t/k',
      body: `{"a":${'['.repeat(200)}${']'.repeat(200)}}`,
      status: 400,
      expected: 'M_BAD_JSON',
    },
    {
      name: 'refuses a body that is too large',
      method: 'PUT',
      path: '/rooms/a/state/t/k',
      body: JSON.stringify({ a: 'x'.repeat(20_000) }),
      status: 413,
      expected: 'M_TOO_LARGE',
    },
    { name: 'tells nothing of an error of its own', method: 'GET', path: '/break', status: 500, expected: 'M_UNKNOWN' },
    {
      name: 'counts a stream',
      method: 'POST',
      path: '/upload',
      body: 'x'.repeat(999),
      status: 200,
      expected: { length: 999 },
    },
    {
      name: 'ends a stream that is too large',
      method: 'POST',
      path: '/upload',
      body: 'x'.repeat(2000),
      status: 413,
      expected: 'M_TOO_LARGE',
    },
  ]
  for (const { name, method, path, body, status, expected } of cases) {
    it(name, async () => {
      const answer = await both(method, path, body, { authorization: 'me' })
      assert.equal(answer.status, status)
      if (typeof expected === 'string') assert.equal((answer.body as { errcode: string }).errcode, expected)
      else assert.deepEqual(answer.body, expected)
      assert.ok(!JSON.stringify(answer.body).includes('secret'))
    })
  }

  it('refuses a body that is not UTF-8', async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])
    const answer = await fetch(`${url}/rooms/a/state/t/k`, { method: 'PUT', body, headers: { authorization: 'me' } })
    assert.equal(((await answer.json()) as { errcode: string }).errcode, 'M_NOT_JSON')
  })

  it('answers OPTIONS and HEAD, and lets any web page read its answers', async () => {
    // Absent paths too: a browser would tell its page "Failed to fetch" instead of their 404.
    for (const path of ['/query', '/nowhere/at/all', '/page', '/rooms/a/state/t']) {
      const { status, headers, body } = await both('OPTIONS', path)
      assert.deepEqual([status, body, headers.get('content-length')], [204, undefined, null], path)
      assert.equal(headers.get('access-control-allow-origin'), '*')
      assert.match(headers.get('access-control-allow-headers') ?? '', /Authorization/)
    }
    const head = await both('HEAD', '/rooms/a/state')
    assert.equal(head.status, 200)
    assert.equal(head.body, undefined)
    assert.ok(Number(head.headers.get('content-length')) > 2)
  })

  it('says when to come again', async () => {
    const answer = await both('GET', '/refuse')
    assert.equal(answer.status, 429)
    assert.equal((answer.body as { retry_after_ms: number }).retry_after_ms, 1500)
    assert.equal(answer.headers.get('retry-after'), '2')
  })

  it('sends bytes as they are', async () => {
    const answer = await fetch(`${url}/bytes`)
    assert.equal(answer.status, 201)
    assert.equal(answer.headers.get('content-type'), 'image/png')
    assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), new Uint8Array([1, 2, 3]))
  })

  it('hands unknown paths to Express, and still answers JSON for what that does not know', async () => {
    assert.equal(await (await fetch(`${url}/page`)).text(), '<p>a page</p>')
    const unknown = await fetch(`${url}/nothing`)
    assert.equal(unknown.status, 404)
    assert.equal(((await unknown.json()) as { errcode: string }).errcode, 'M_UNRECOGNIZED')
  })

  it('takes a mount of the root for the root alone', async () => {
    const handler = (_request: unknown, response: ServerResponse): void => void response.end('<p>here</p>')
    const mounted = expressFallback([{ path: '/', handler }], pino({ level: 'silent' }))
    await using rooted = await startServer({ listeners: [{ host: '127.0.0.1', port: 0 }], router, fallback: mounted })
    assert.equal(await (await fetch(`${rooted.urls[0]!}/`)).text(), '<p>here</p>')
    assert.equal((await fetch(`${rooted.urls[0]!}/nothing`)).status, 404)
  })

  it('tells a long poll that the client went away', async () => {
    const seen = new Promise<void>((resolve) => services.aborted.push(resolve))
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET /poll HTTP/1.1\r\nhost: x\r\n\r\n')
    // The answer to a second connection shows that the first request was read.
    await fetch(`${url}/bytes`)
    socket.destroy()
    await seen
  })
})

describe('RateLimiter', () => {
  it('lets a burst through, then what the rate allows', () => {
    let nowMs = 0
    const limiter = new RateLimiter({ perSecond: 2, burst: 3 }, () => nowMs)
    for (let i = 0; i < 3; i++) limiter.take('a')
    assert.throws(() => limiter.take('a'), { errcode: 'M_LIMIT_EXCEEDED', fields: { retry_after_ms: 500 } })
    limiter.take('b')
    nowMs = 500
    limiter.take('a')
    assert.throws(() => limiter.take('a'))
  })
})
