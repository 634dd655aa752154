import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { pino } from 'pino'
import { createRouter, endpointDefiner, startServer, type RunningServer } from '../src/index.ts'

describe('stopping a server', () => {
  let server: RunningServer
  let arrived: () => void
  let arrival: Promise<void>
  let finish: () => void

  beforeEach(async () => {
    arrival = new Promise((resolve) => (arrived = resolve))
    const finished = new Promise<void>((resolve) => (finish = resolve))
    const define = endpointDefiner<undefined, undefined>()
    const router = createRouter<undefined, undefined>(
      [
        define({
          method: 'GET',
          path: '/slow',
          auth: 'none',
          async handle() {
            arrived()
            await finished
            return { done: true }
          },
        }),
        define({
          method: 'GET',
          path: '/poll',
          auth: 'none',
          async handle({ signal }) {
            const aborted = once(signal, 'abort')
            arrived()
            await aborted
            return { nothing: true }
          },
        }),
        define({
          method: 'POST',
          path: '/upload',
          auth: 'none',
          body: 'stream',
          async handle({ stream }) {
            for await (const _ of stream) arrived()
            return {}
          },
        }),
      ],
      { services: undefined, logger: pino({ level: 'silent' }), authenticate: async () => undefined },
    )
    server = await startServer({ listeners: [{ host: '127.0.0.1', port: 0 }], router })
  })

  it('lets what is under way be answered', async () => {
    const answer = fetch(`${server.urls[0]}/slow`)
    await arrival
    const stopped = server[Symbol.asyncDispose]()
    finish()
    assert.deepEqual(await (await answer).json(), { done: true })
    await stopped
  })

  it('answers long polls at once', async () => {
    const answer = fetch(`${server.urls[0]}/poll`)
    await arrival
    await server[Symbol.asyncDispose]()
    assert.deepEqual(await (await answer).json(), { nothing: true })
  })

  it('does not wait for a client that sends no more', async () => {
    const socket = connect(Number(new URL(server.urls[0]!).port), '127.0.0.1')
    socket.write('POST /upload HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc')
    await arrival
    const closed = once(socket, 'close')
    await server[Symbol.asyncDispose]()
    await closed
  })
})
