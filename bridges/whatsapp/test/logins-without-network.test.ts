import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createEgress, BridgeError, type LoginStep, type NetworkConnector } from '@pons/core'
import { pino } from 'pino'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { fetchOptions } from '../src/fetch-options.ts'
import { runLogin } from '../src/login.ts'
import { connectionWords } from '../../../core/src/text/connection-words.ts'
import { Pairing } from '../src/protocol/pairing.ts'
import { verdictOn, codeOf } from '../src/protocol/disconnect.ts'
import { logIn, startAdapter } from './support.ts'

const phone = '+15550000001'

describe('linking with WhatsApp where WhatsApp is not reached', function () {
  async function wordsFrom(flow: string, url: string): Promise<string> {
    const host = new RecordingHost()
    const settings = { chats_after_login: 15, history_messages: 50, max_media_bytes: 1_000_000 }
    const config = { ...settings, server: { url } }
    const connector = {
      startLogin: (chosen: string, _: unknown, signal: AbortSignal) => runLogin({ host, config }, chosen, signal),
    }
    const words = await failureOf(logIn(connector as NetworkConnector, flow, [phone]))
    assert.equal(host.values.size, 0)
    assert.deepEqual(host.states, [])
    return words
  }
  async function failureOf(process: Promise<unknown>): Promise<string> {
    return await process.then(
      () => assert.fail('it was linked'),
      (error: unknown) => {
        assert.ok(error instanceof BridgeError, String(error))
        assert.doesNotMatch(error.message, /in time|banned|refused to link|code was/)
        return error.message
      },
    )
  }

  for (const flow of ['qr', 'code']) {
    it(`${flow}: says that a name is not known, not that a code was too late`, async () => {
      assert.match(
        await wordsFrom(flow, 'ws://whatsapp.invalid/'),
        /^WhatsApp cannot be reached: its name .*internet.*`login (qr|code)`/,
      )
    })

    it(`${flow}: says that nothing takes connections`, async () => {
      const closed = createServer().listen(0, '127.0.0.1')
      await once(closed, 'listening')
      const { port } = closed.address() as AddressInfo
      closed.close()
      assert.match(await wordsFrom(flow, `ws://127.0.0.1:${port}`), /cannot be reached: it takes no connections/)
    })

    for (const status of [401, 403, 405, 429, 500, 503]) {
      it(`${flow}: does not take a proxy’s ${status} for a word of WhatsApp’s, and does not come again`, async () => {
        let asked = 0
        const proxy = createHttpServer((_, response) => {
          asked++
          response.writeHead(status).end()
        })
        proxy.listen(0, '127.0.0.1')
        await once(proxy, 'listening')
        const url = `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}`
        assert.match(await wordsFrom(flow, url), new RegExp(`cannot be reached: .*an error \\(${status}\\)`))
        assert.equal(asked, 1)
        proxy.close()
      })
    }

    it(`${flow}: says that the connection was lost while the code was shown`, async () => {
      await using adapter = await startAdapter()
      const steps: LoginStep[] = []
      const process = logIn(adapter.connector, flow, [phone], (step) => {
        steps.push(step)
        if (step.kind === 'display') adapter.server.dropConnections()
      })
      assert.match(await failureOf(process), /connection to WhatsApp was lost before the phone had answered/)
      assert.equal(steps.filter(({ kind }) => kind === 'display').length, 1)
      assert.equal(adapter.host.values.size, 0)
    })
  }

  it('does not wait for ever where a connection is taken and nothing said', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const url = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const egress = createEgress().forOthers
    const options = fetchOptions(undefined, egress)
    const parts = { logger: pino({ level: 'silent' }), fetchOptions: options, egress, patienceMs: 50 }
    const pairing = new Pairing(parts, { url }, new AbortController().signal)
    const news = await pairing.next()
    assert.ok(news.kind === 'closed' && !news.wasReached)
    assert.equal(connectionWords(news.error), 'it does not answer')
    await pairing.end()
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  it('a login that exists is not ended by what a proxy answers', () => {
    for (const status of [401, 403, 405, 411]) {
      const data = new Error(`Unexpected server response: ${status}`)
      const error = Object.assign(new Error('WebSocket Error'), { output: { statusCode: status }, data })
      assert.equal(verdictOn(codeOf(error)).do, 'reconnect')
    }
  })
})
