import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { BridgeError, type LoginStep, type NetworkConnector } from '@pons/core'
import { RpcError, startTelegramServer, type TelegramServer } from '@pons/test/telegram'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { runLogin } from '../src/login.ts'
import { logIn, phone } from './support.ts'

const flows = ['phone', 'qr', 'bot']

describe('logging in to Telegram where Telegram is not reached', () => {
  async function wordsFrom(
    flow: string,
    server: Pick<TelegramServer, 'port' | 'publicKey'>,
    onStep?: (step: LoginStep) => void,
    patience = { connectMs: 400, answerMs: 400 },
  ): Promise<string> {
    const host = new RecordingHost()
    const application = { apiId: 12_345, apiHash: '0123456789abcdef0123456789abcdef' }
    const config = {
      api_id: application.apiId,
      api_hash: application.apiHash,
      chats_after_login: 15,
      max_media_bytes: 1_000_000,
      server: { host: '127.0.0.1', port: server.port, key: { ...server.publicKey } },
    }
    const connector = {
      startLogin: (chosen: string, _: unknown, signal: AbortSignal) =>
        runLogin({ host, config, ...application, patience }, chosen, signal),
    }
    const answer = flow === 'bot' ? '1:token' : `+${phone}`
    try {
      await logIn(connector as NetworkConnector, flow, [answer], onStep)
      return assert.fail('it was logged in')
    } catch (error) {
      assert.ok(error instanceof BridgeError, String(error))
      assert.equal(host.values.size, 0)
      return error.message
    }
  }
  async function listen(onSocket: (socket: Socket) => void): Promise<Server> {
    const server = createServer(onSocket).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  }

  for (const flow of flows) {
    it(`${flow}: says that nothing takes connections, and does not dial on`, async () => {
      await using model = await startTelegramServer()
      const server = { port: model.port, publicKey: model.publicKey }
      await model.stopListening()
      assert.match(await wordsFrom(flow, server), /^Telegram cannot be reached: it takes no connections/)
      await model.listen()
      assert.equal(model.connectionCount, 0)
    })

    it(`${flow}: says that it does not answer`, async () => {
      await using model = await startTelegramServer()
      const sockets: Socket[] = []
      const silent = await listen((socket) => sockets.push(socket.resume()))
      const { port } = silent.address() as AddressInfo
      const server = { port, publicKey: model.publicKey }
      assert.match(await wordsFrom(flow, server), /^Telegram cannot be reached: it does not answer/)
      await Promise.all(sockets.map(async (socket) => socket.closed || (await once(socket, 'close'))))
      silent.close()
    })

    it(`${flow}: says when the connection was lost in the middle`, async () => {
      await using model = await startTelegramServer()
      model.addPerson({ firstName: 'Ada', phone })
      const deaf = (): void => model.goDeaf()
      const until = new Promise<void>(() => undefined)
      if (flow === 'qr') model.faults.onCall('auth.exportLoginToken', { kind: 'hold', until }, 10)
      assert.match(
        await wordsFrom(flow, model, deaf, { connectMs: 15_000, answerMs: 3000 }),
        /does not answer any more; the connection was lost/,
      )
    })

    it(`${flow}: says when Telegram has a fault`, async () => {
      await using model = await startTelegramServer()
      model.addPerson({ firstName: 'Ada', phone })
      const method = { phone: 'auth.sendCode', qr: 'auth.exportLoginToken', bot: 'auth.importBotAuthorization' }[flow]
      const error = { kind: 'error', error: new RpcError(500, 'INTERNAL') } as const
      model.faults.onCall(method ?? '', error, 10)
      assert.match(
        await wordsFrom(flow, model, undefined, { connectMs: 15_000, answerMs: 15_000 }),
        /Telegram has trouble of its own/,
      )
    })
  }
})
