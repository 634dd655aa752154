import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { makeWASocket } from '@whiskeysockets/baileys'
import { AuthState } from '../../../src/protocol/auth-state.ts'
import { endOnHttpAnswer } from '../../../src/protocol/mends/end-on-http-answer.ts'
import { logger, neverStored } from '../../library-sessions.ts'

describe('an answer that is no WebSocket', () => {
  async function stage() {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    // As a proxy does that wants to know who asks.
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'))
    const waWebSocketUrl = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const socket = makeWASocket({ waWebSocketUrl, auth: new AuthState(neverStored, 'nobody'), logger })
    let hasEnded = false
    const ended = new Promise<void>((resolve) => {
      socket.ev.on('connection.update', ({ connection }) => {
        if (connection !== 'close') return
        hasEnded = true
        resolve()
      })
    })
    return {
      socket,
      ended,
      hasEnded: () => hasEnded,
      async [Symbol.asyncDispose]() {
        // The library cannot close what never opened.
        void socket.end(undefined).catch(() => undefined)
        server.closeAllConnections()
        await new Promise<void>((resolve) => server.close(() => resolve()))
      },
    }
  }

  it('ends the connection', async () => {
    await using scene = await stage()
    endOnHttpAnswer(scene.socket)
    await scene.ended
  })

  it('leaves the library alone waiting', async () => {
    await using scene = await stage()
    await new Promise((resolve) => scene.socket.ws.on('unexpected-response', resolve))
    for (let count = 0; count < 10; count++) await turn()
    assert.equal(scene.hasEnded(), false)
  })
})
