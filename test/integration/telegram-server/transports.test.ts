import assert from 'node:assert/strict'
import bigInt from 'big-integer'
import { Logger, TelegramClient } from 'telegram'
import { _serverKeys } from 'telegram/crypto/RSA.js'
import { LogLevel } from 'telegram/extensions/Logger.js'
import {
  ConnectionTCPAbridged,
  ConnectionTCPFull,
  ConnectionTCPObfuscated,
  type Connection,
} from 'telegram/network/index.js'
import { StringSession } from 'telegram/sessions/index.js'
import { RpcError, startTelegramServer, type TelegramServer } from '../../src/telegram/index.ts'

type Transport = typeof ConnectionTCPFull | typeof ConnectionTCPAbridged | typeof ConnectionTCPObfuscated

/** The unmodified client, pointed at the server by its own options. */
function clientOf(server: TelegramServer, Base: Transport): TelegramClient {
  const { n, e, fingerprint } = server.publicKey
  _serverKeys.set(fingerprint, { n: bigInt(n), e })
  const session = new StringSession('')
  session.setDC(2, server.host, 443)
  const { host: ip, port } = server
  class Redirected extends (Base as typeof ConnectionTCPFull) {
    constructor(params: ConstructorParameters<typeof ConnectionTCPFull>[0]) {
      super({ ...params, ip, port })
    }
  }
  return new TelegramClient(session, 1, '0123456789abcdef0123456789abcdef', {
    connection: Redirected as unknown as typeof Connection,
    baseLogger: new Logger(LogLevel.NONE),
    retryDelay: 100,
    connectionRetries: 5,
  })
}

describe('the Telegram server and the unmodified client', function () {
  for (const [name, Base] of [
    ['full', ConnectionTCPFull],
    ['abridged', ConnectionTCPAbridged],
    ['obfuscated', ConnectionTCPObfuscated],
  ] as const) {
    it(`agree on a key, log a bot in and send a message over the ${name} transport`, async () => {
      await using server = await startTelegramServer()
      const bot = server.addPerson({ firstName: 'Robot', botToken: '1:token' })
      const ada = server.addPerson({ firstName: 'Ada', username: 'adalove' })
      server.world.post({ author: ada, chat: bot, text: 'hello, robot' })
      const client = clientOf(server, Base)
      await client.start({ botAuthToken: '1:token' })
      const sent = await client.sendMessage('adalove', { message: 'hello, Ada' })
      assert.ok(sent.id > 0)
      assert.equal([...ada.box.posts.values()].at(-1)?.text, 'hello, Ada')
      await client.destroy()
      assert.deepEqual(server.violations, [])
    })
  }

  it('says so when a client calls what is not simulated', async () => {
    await using server = await startTelegramServer()
    server.addPerson({ firstName: 'Robot', botToken: '1:token' })
    const client = clientOf(server, ConnectionTCPFull)
    await client.start({ botAuthToken: '1:token' })
    const { Api } = await import('telegram')
    await assert.rejects(client.invoke(new Api.help.GetSupport()), /METHOD_INVALID/)
    assert.deepEqual(server.violations, ['help.getSupport is not simulated'])
    await client.destroy()
  })

  it('answers with the errors it is told to', async () => {
    await using server = await startTelegramServer()
    server.addPerson({ firstName: 'Robot', botToken: '1:token' })
    const client = clientOf(server, ConnectionTCPFull)
    await client.start({ botAuthToken: '1:token' })
    server.faults.onCall('updates.getState', { kind: 'error', error: new RpcError(420, 'FLOOD_WAIT_77') })
    const { Api } = await import('telegram')
    await assert.rejects(
      client.invoke(new Api.updates.GetState()),
      (error: { seconds?: number }) => error.seconds === 77,
    )
    await client.invoke(new Api.updates.GetState())
    await client.destroy()
  })
})
