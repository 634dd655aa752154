import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createEgress } from '@pons/core'
import { Logger } from 'telegram'
import { PromisedNetSockets } from 'telegram/extensions/index.js'
import { LogLevel } from 'telegram/extensions/Logger.js'
import { Connections } from '../../src/protocol/connections.ts'

/** What a server that was taken over, or somebody in between, could give out as the address of a data centre. */
const inside = ['10.0.0.5', '169.254.169.254', '192.168.1.1', '::ffff:10.0.0.5', 'fd00::1', '0.0.0.0', '::']

describe('data centres of Telegram are where its servers say, and nowhere inside', () => {
  async function listen() {
    let connections = 0
    const server = createServer((socket) => {
      connections++
      socket.resume()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      port: (server.address() as AddressInfo).port,
      connections: () => connections,
      connected: once(server, 'connection'),
      [Symbol.dispose]: () => void server.close(),
    }
  }

  function connectionTo(ip: string, port: number, made: Connections) {
    const loggers = new Logger(LogLevel.NONE)
    return new made.type({ ip, port, dcId: 4, loggers, socket: PromisedNetSockets, testServers: false })
  }

  it('no connection is made to an address that is not the internet', async () => {
    using host = await listen()
    const refused = (ip: string): Connections =>
      new Connections(undefined, createEgress({ allowLoopback: ip === '0.0.0.0' }).forOthers)
    for (const ip of ['127.0.0.1', '::ffff:127.0.0.1', '::1', ...inside])
      await assert.rejects(connectionTo(ip, host.port, refused(ip)).connect(), { name: 'EgressRefused' }, ip)
    assert.equal(host.connections(), 0)
  })

  it('nor to a name, which would be looked up past the check', async () => {
    using host = await listen()
    const made = new Connections(undefined, createEgress().forOthers)
    await assert.rejects(connectionTo('localhost', host.port, made).connect(), /no address of a data centre/)
    assert.equal(host.connections(), 0)
  })

  it('one is made where the policy lets it be', async () => {
    using host = await listen()
    const made = new Connections(undefined, createEgress().forOthers)
    await connectionTo('127.0.0.1', host.port, made).connect()
    await host.connected
    await made.end()
  })
})
