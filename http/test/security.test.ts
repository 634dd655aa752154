import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { Type } from 'typebox'
import { createRouter, endpointDefiner, startServer, type RunningServer } from '../src/index.ts'

const define = endpointDefiner<undefined, undefined>()
const endpoints = [
  define({ method: 'GET', path: '/ip', auth: 'none', handle: ({ request }) => ({ ip: request.ip }) }),
  define({ method: 'POST', path: '/body', auth: 'none', body: Type.Object({}), handle: ({ body }) => ({ body }) }),
  define({ method: 'GET', path: '/name/:name', auth: 'none', handle: ({ params }) => params }),
]

async function serve(trustedProxies: string[]): Promise<RunningServer> {
  const router = createRouter<undefined, undefined>(endpoints, {
    services: undefined,
    logger: pino({ level: 'silent' }),
    authenticate: async () => undefined,
    trustedProxies,
    maxBodyBytes: 10_000,
  })
  return startServer({ listeners: [{ host: '127.0.0.1', port: 0 }], router })
}

describe('the edge of the server', () => {
  let server: RunningServer
  before(async () => (server = await serve([])))
  after(() => server[Symbol.asyncDispose]())

  const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${server.urls[0]}/body`, { method: 'POST', body, headers })
    return `${answer.status} ${((await answer.json()) as { errcode?: string }).errcode ?? ''}`.trim()
  }

  /** The first line of the answer to raw bytes, and whether a second one came. */
  async function raw(request: string): Promise<string[]> {
    const socket = connect(Number(new URL(server.urls[0]!).port), '127.0.0.1')
    socket.setEncoding('latin1')
    let text = ''
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('error', () => {})
    socket.end(request)
    // An early refusal may reset the connection.
    await new Promise((resolve) => socket.once('close', resolve))
    return text.split('\r\n').filter((line) => line.startsWith('HTTP/1.1 '))
  }

  it('believes X-Forwarded-For from configured proxies alone', async () => {
    const ipWith = async (at: RunningServer, forwarded = '203.0.113.9, 198.51.100.7') => {
      const headers = { 'x-forwarded-for': forwarded }
      return ((await (await fetch(`${at.urls[0]}/ip`, { headers })).json()) as { ip: string }).ip
    }
    assert.equal(await ipWith(server), '127.0.0.1')
    await using behind = await serve(['127.0.0.1'])
    // What the proxy itself saw stands last; what stands before may be made up.
    assert.equal(await ipWith(behind), '198.51.100.7')
    // The port of the connection is not who made it.
    assert.equal(await ipWith(behind, '203.0.113.9, 198.51.100.7:4711'), '198.51.100.7')
    assert.equal(await ipWith(behind, '[2606:4700::1111]:4711'), '2606:4700::1111')
    assert.equal(await ipWith(behind, '2606:4700::1111'), '2606:4700::1111')
    await using twice = await serve(['127.0.0.1', '198.51.100.7'])
    // Behind two proxies everybody would be the outer one.
    assert.equal(await ipWith(twice), '203.0.113.9')
    assert.equal(await ipWith(twice, '192.0.2.1, 203.0.113.9, ::ffff:198.51.100.7'), '203.0.113.9')
    assert.equal(await ipWith(twice, '198.51.100.7'), '198.51.100.7')
  })

  it('does not unpack compressed bodies', async () => {
    const bomb = gzipSync(Buffer.from(`{"a":"${'x'.repeat(1_000_000)}"}`))
    assert.equal(await post(new Uint8Array(bomb), { 'content-encoding': 'gzip' }), '400 M_NOT_JSON')
  })

  it('refuses too deep, too large and foreign bodies', async () => {
    assert.match(await post(`{"a":${'['.repeat(4000)}${']'.repeat(4000)}}`), /^400 M_(BAD|NOT)_JSON$/)
    assert.equal(await post(`{"a":"${'x'.repeat(20_000)}"}`), '413 M_TOO_LARGE')
    const form = '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--'
    assert.equal(await post(form, { 'content-type': 'multipart/form-data; boundary=x' }), '400 M_NOT_JSON')
  })

  it('refuses requests whose length is told twice, and answers no second one', async () => {
    const smuggled = 'GET /ip HTTP/1.1\r\nhost: x\r\n\r\n'
    for (const headers of [
      `content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `content-length: 2\r\ncontent-length: 3\r\n\r\n{}${smuggled}`,
      `transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    ]) {
      const answers = await raw(`POST /body HTTP/1.1\r\nhost: x\r\n${headers}`)
      assert.deepEqual(answers, ['HTTP/1.1 400 Bad Request'], headers)
    }
  })

  it('limits headers and survives nonsense', async () => {
    assert.match((await raw(`GET /ip HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`))[0] ?? '431', /431/)
    assert.match((await raw('\0\x01\x02 nonsense\r\n\r\n'))[0] ?? '', /400/)
    assert.equal((await fetch(`${server.urls[0]}/ip`)).status, 200)
  })

  it('refuses names that cannot be', async () => {
    for (const name of ['%00', 'a%00b', '%ff', '%c3%28', '%', '%zz']) {
      const answer = await fetch(`${server.urls[0]}/name/${name}`)
      assert.ok(answer.status === 400 || answer.status === 404, name)
    }
    assert.deepEqual(await (await fetch(`${server.urls[0]}/name/__proto__`)).json(), { name: '__proto__' })
  })

  it('does not let query or body reach the prototype of objects', async () => {
    const answer = await fetch(`${server.urls[0]}/ip?__proto__=x&constructor=y`)
    assert.equal(answer.status, 200)
    assert.equal(await post('{"__proto__":{"polluted":true}}'), '200')
    assert.equal(({} as { polluted?: boolean }).polluted, undefined)
  })
})
