import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { Connections } from '../src/connections.ts'

describe('connections are counted by address', () => {
  const limits = { max: 100, perAddress: 2 }

  /** The accepted side of a connection from elsewhere, which loopback cannot give. */
  function connection(server: EventEmitter, remoteAddress: string): Socket {
    const socket = Object.assign(new EventEmitter(), { remoteAddress }) as Socket
    server.emit('connection', socket)
    return socket
  }

  function watched(trusted: readonly string[] = []): { connections: Connections; server: EventEmitter } {
    const server = new EventEmitter()
    const connections = new Connections(limits, trusted)
    connections.watch(server as Server, 'connection')
    return { connections, server }
  }

  const cases = [
    { name: 'one address', addresses: ['192.0.2.1', '192.0.2.1', '::ffff:192.0.2.1'], refused: 1 },
    { name: 'a network of IPv6', addresses: ['2001:db8::1', '2001:db8::2', '2001:db8::3'], refused: 1 },
    { name: 'several', addresses: ['192.0.2.1', '192.0.2.2', '192.0.2.3'], refused: 0 },
    { name: 'this machine', addresses: ['127.0.0.1', '127.0.0.1', '::1', '127.0.0.1', '::1', '::1'], refused: 0 },
    { name: 'a trusted proxy', addresses: ['10.0.0.1', '::ffff:10.0.0.1', '10.0.0.1', '10.0.0.1'], refused: 0 },
  ]
  for (const { name, addresses, refused } of cases) {
    it(name, () => {
      const { connections, server } = watched(['10.0.0.1'])
      const sockets = addresses.map((address) => connection(server, address))
      assert.equal(sockets.filter((socket) => connections.refusalOf(socket) !== undefined).length, refused)
    })
  }

  it('a place is free again when its connection closes', () => {
    const { connections, server } = watched()
    const sockets = ['192.0.2.1', '192.0.2.1'].map((address) => connection(server, address))
    assert.ok(connections.refusalOf(connection(server, '192.0.2.1')))
    for (const socket of sockets) socket.emit('close')
    assert.equal(connections.refusalOf(connection(server, '192.0.2.1')), undefined)
  })
})
