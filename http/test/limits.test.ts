import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { missingToken } from '@pons/matrix'
import { pino } from 'pino'
import { Type } from 'typebox'
import { createRouter, endpointDefiner, startServer, type RouterOptions, type RunningServer } from '../src/index.ts'

const define = endpointDefiner<undefined, string>()
const endpoints = [
  define({ method: 'GET', path: '/ok', auth: 'none', handle: () => ({ ok: true }) }),
  define({ method: 'POST', path: '/open', auth: 'none', body: Type.Object({}), handle: () => ({}) }),
  define({ method: 'POST', path: '/maybe', auth: 'optional', body: Type.Object({}), handle: () => ({}) }),
  define({ method: 'POST', path: '/user', auth: 'user', takesMany: true, body: Type.Unknown(), handle: () => ({}) }),
]

async function serve(
  options: Partial<RouterOptions<undefined, string>> = {},
  more: { connections?: { max: number; perAddress: number }; trustedProxies?: string[] } = {},
): Promise<RunningServer> {
  const router = createRouter<undefined, string>(endpoints, {
    services: undefined,
    logger: pino({ level: 'silent' }),
    authenticate: async ({ headers }, auth) => {
      if (headers['authorization'] !== undefined) return headers['authorization']
      if (auth === 'optional') return undefined
      throw missingToken('Missing access token')
    },
    sourceOf: (requester, { ip }) => requester ?? ip ?? '',
    ...options,
  })
  return startServer({ listeners: [{ host: '127.0.0.1', port: 0 }], router, ...more })
}

async function post(server: RunningServer, path: string, body: string, user?: string): Promise<string> {
  const headers = user === undefined ? {} : { authorization: user }
  const answer = await fetch(`${server.urls[0]}${path}`, { method: 'POST', body, headers })
  return `${answer.status} ${((await answer.json()) as { errcode?: string }).errcode ?? ''}`.trim()
}

/** Sends the head and a part of the body; the answer, whenever there is one, is read by `answerOf`. */
function half(server: RunningServer, path: string, part: number, user: string): Socket {
  const socket = connect(Number(new URL(server.urls[0]!).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${user}\r\ncontent-length: ${part + 1}\r\n\r\n`)
  socket.write('x'.repeat(part))
  return socket
}

async function answerOf(socket: Socket): Promise<string> {
  socket.setEncoding('latin1')
  let text = ''
  while (!text.includes('}')) text += ((await once(socket, 'data')) as [string])[0]
  socket.destroy()
  const errcode = /"errcode":"(\w+)"/.exec(text)?.[1]
  return `${/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]} ${errcode ?? ''}`.trim()
}

describe('bodies cost no more than they may', () => {
  it('reads 64 KiB of JSON from who has not said who they are, and nothing where they must', async () => {
    await using server = await serve()
    const large = JSON.stringify({ a: 'x'.repeat(70_000) })
    for (const path of ['/open', '/maybe']) assert.equal(await post(server, path, large), '413 M_TOO_LARGE')
    assert.equal(await post(server, '/open', JSON.stringify({ a: 'x'.repeat(60_000) })), '200')
    assert.equal(await post(server, '/maybe', large, 'alice'), '200')
    assert.equal(await post(server, '/user', large), '401 M_MISSING_TOKEN')
    assert.equal(await post(server, '/user', large, 'alice'), '200')
  })

  it('counts values, not bytes alone: a body of brackets is refused before it is built', async () => {
    await using server = await serve()
    const brackets = `[${'[],'.repeat(1_300_000)}[]]`
    assert.equal(await post(server, '/user', brackets, 'alice'), '413 M_TOO_LARGE')
    assert.equal(await post(server, '/user', `[${'1,'.repeat(1_900_000)}1]`, 'alice'), '413 M_TOO_LARGE')
    assert.equal(await post(server, '/user', `[${'{},'.repeat(24_000)}{}]`, 'alice'), '200')
    assert.equal(await post(server, '/user', `[${'{},'.repeat(26_000)}{}]`, 'alice'), '413 M_TOO_LARGE')
    const text = JSON.stringify(['[],{}'.repeat(500_000)])
    assert.equal(await post(server, '/user', text, 'alice'), '200', 'what stands in text is no value')
  })

  it('bounds the memory of all bodies, and what one source can take of it', async () => {
    await using server = await serve({ bodyMemory: { totalBytes: 100_000, perSourceBytes: 40_000 } })
    const held = ['alice', 'bob'].map((user) => half(server, '/user', 39_000, user))
    const second = half(server, '/user', 39_000, 'alice')
    assert.equal(await answerOf(second), '429 M_LIMIT_EXCEEDED', 'her share is taken')
    const third = half(server, '/user', 39_000, 'carol')
    assert.equal(await answerOf(third), '429 M_LIMIT_EXCEEDED', 'everything is taken')
    assert.equal(await post(server, '/user', '{}', 'dora'), '200', 'small ones still pass')
    // Whoever goes gives back what was held for them, and so does who is answered.
    held[1]!.write('x')
    assert.equal(await answerOf(held[1]!), '400 M_NOT_JSON')
    const instead = half(server, '/user', 39_000, 'carol')
    instead.write('x')
    assert.equal(await answerOf(instead), '400 M_NOT_JSON')
    held[0]!.destroy()
  })

  it('keeps what 150 half bodies hold within the bound', async () => {
    const totalBytes = 8 * 1024 * 1024
    await using server = await serve({ bodyMemory: { totalBytes, perSourceBytes: totalBytes / 4 } })
    const sockets = Array.from({ length: 150 }, (_, at) => half(server, '/user', 1_000_000, `user${at % 10}`))
    // Eight of a million bytes fit, the others are told so.
    const refused: string[] = []
    await new Promise<void>((resolve) => {
      for (const socket of sockets) {
        void answerOf(socket).then((answer) => {
          refused.push(answer)
          if (refused.length === 142) resolve()
        })
      }
    })
    assert.deepEqual(new Set(refused), new Set(['429 M_LIMIT_EXCEEDED']))
    assert.equal(await post(server, '/user', '{}', 'dora'), '200')
    for (const socket of sockets) socket.destroy()
  })

  it('answers a body that does not come, and ends its connection', async () => {
    await using server = await serve({ bodyTimeoutMs: 20 })
    const socket = half(server, '/user', 100, 'alice')
    const ended = once(socket, 'close')
    socket.setEncoding('latin1')
    let text = ''
    socket.on('data', (chunk: string) => (text += chunk))
    await once(socket, 'end')
    socket.end()
    await ended
    assert.match(text, /^HTTP\/1\.1 408 [\s\S]*connection: close[\s\S]*M_NOT_JSON/i)
  })
})

describe('connections are counted', () => {
  const open = async (server: RunningServer, count: number): Promise<Socket[]> => {
    const sockets = Array.from({ length: count }, () => connect(Number(new URL(server.urls[0]!).port), '127.0.0.1'))
    for (const socket of sockets) {
      socket.on('error', () => {})
      socket.write('GET /ok HTTP/1.1\r\nhost: x\r\n\r\n')
    }
    return sockets
  }
  const status = async (socket: Socket): Promise<string> => {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    return /^HTTP\/1\.1 (\d+)/.exec(chunk.toString('latin1'))?.[1] ?? ''
  }

  it('one too many is told so in words, and the place of one that closed is free', async () => {
    await using server = await serve({}, { connections: { max: 3, perAddress: 1 } })
    // This machine is where reverse proxies live: what one address may have does not hold for it.
    const sockets = await open(server, 3)
    assert.deepEqual(await Promise.all(sockets.map(status)), ['200', '200', '200'])
    const [surplus] = await open(server, 1)
    const [chunk] = (await once(surplus!, 'data')) as [Buffer]
    assert.match(chunk.toString(), /^HTTP\/1\.1 429[\s\S]*connection: close[\s\S]*M_LIMIT_EXCEEDED/i)
    await once(surplus!, 'close')
    sockets[0]!.end()
    await once(sockets[0]!, 'close')
    // The server has seen the end when its next accepted connection is served.
    let answer = ''
    while (answer !== '200') {
      const [again] = await open(server, 1)
      answer = await status(again!)
      again!.destroy()
    }
    for (const socket of sockets) socket.destroy()
  })
})
