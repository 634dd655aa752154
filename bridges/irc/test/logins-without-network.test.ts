import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { BridgeError, createEgress } from '@pons/core'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { createIrcConnector } from '../src/connector.ts'
import { readIrcConfig } from '../src/read-config.ts'
import { alice } from './support.ts'

describe('logging in to an IRC network that is not reached', () => {
  async function wordsFrom(address: string): Promise<string> {
    const host = new RecordingHost()
    host.egress = createEgress({ allowLoopback: true })
    host.admins.add(alice)
    const connector = createIrcConnector(readIrcConfig())
    await connector.init(host)
    const flow = connector.startLogin('own-nick', alice, new AbortController().signal)
    const answers = { network: address, name: 'there', tls: 'plain', nick: 'alice', auth: 'none' }
    try {
      for (let step = await flow.next(); !step.done; step = await flow.next(answers));
      return assert.fail('it was logged in')
    } catch (error) {
      assert.ok(error instanceof BridgeError, String(error))
      assert.deepEqual(
        [...host.values.keys()].filter((key) => key !== 'boot'),
        [],
      )
      return error.message
    } finally {
      await connector.stop()
    }
  }

  it('says that nothing takes connections', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as AddressInfo
    closed.close()
    assert.equal(await wordsFrom(`127.0.0.1:${port}`), 'there could not be reached: it takes no connections.')
  })

  it('says that the name is not known', async () => {
    assert.match(await wordsFrom('irc.invalid:6667'), /^there could not be reached: its name .*internet/)
  })

  for (const [what, lines, words] of [
    ['was cut in the middle', [], /could not be reached: /],
    ['is banned', [':s 465 alice :You are banned from this server'], /did not let you in: banned from the server/],
    ['is refused by the password', [':s 464 alice :Password incorrect'], /did not let you in: the server password/],
    ['is throttled', ['ERROR :Trying to reconnect too fast, throttled'], /did not let you in: .*too fast/],
  ] as const) {
    it(`says when it ${what}`, async () => {
      const server = createServer((socket: Socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => socket.end(lines.map((line) => `${line}\r\n`).join('')))
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      assert.match(await wordsFrom(`127.0.0.1:${(server.address() as AddressInfo).port}`), words)
      server.close()
    })
  }
})
