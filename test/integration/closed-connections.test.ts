import assert from 'node:assert/strict'
import { createEgress } from '@pons/core'
import { parseConfig } from '../../app/src/config/load-config.ts'
import { throughServer } from '../../app/src/through-server.ts'
import { fetchOptions } from '../../bridges/whatsapp/src/fetch-options.ts'
import { httpDispatch } from '../../core/src/matrix-side/http-dispatch.ts'
import { httpTransport } from '../../homeserver/src/appservices/http-transport.ts'
import { generate } from 'selfsigned'
import { startClosingServer, type ClosingServer } from '../src/network/closing-server.ts'

type CertificateExtensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']>

type Ask = (line: string) => Promise<number>

interface Client {
  readonly name: string
  readonly isSecure?: boolean
  /** A client of that server; each call is one request, whose number is its path. */
  readonly open: (server: ClosingServer, cert: string) => Promise<{ ask: Ask; close: () => Promise<unknown> }>
}

const clients: readonly Client[] = [
  {
    name: 'transactions to an application service',
    open: async ({ port }) => {
      const transport = httpTransport(`http://127.0.0.1:${port}`, 'token')
      const ask: Ask = async (url) =>
        (await transport.send({ method: 'PUT', url, body: '{"events":[]}', timeoutMs: 10_000 })).status
      return { ask, close: async () => await transport[Symbol.asyncDispose]() }
    },
  },
  {
    name: 'requests of a bridge to its homeserver',
    open: async ({ port }) => {
      const dispatch = await httpDispatch(`http://127.0.0.1:${port}`, { connections: 2 })
      const ask: Ask = async (url) => (await dispatch({ method: 'PUT', url, headers: {}, body: { body: 'x' } })).status
      return { ask, close: async () => await dispatch[Symbol.asyncDispose]() }
    },
  },
  {
    name: 'uploads of a bridge to its homeserver',
    open: async ({ port }) => {
      const dispatch = await httpDispatch(`http://127.0.0.1:${port}`, { connections: 2 })
      const body = new Uint8Array(50_000)
      const ask: Ask = async (url) => (await dispatch({ method: 'POST', url, headers: {}, body })).status
      return { ask, close: async () => await dispatch[Symbol.asyncDispose]() }
    },
  },
  {
    name: 'files of WhatsApp',
    isSecure: true,
    open: async ({ port }, cert) => {
      const server = { url: `wss://localhost:${port}`, media_ca: cert }
      const options = fetchOptions(server, createEgress({ allowLoopback: true }).forOthers)
      const ask: Ask = async (path) => {
        const response = await fetch(`https://localhost:${port}${path}`, options)
        await response.arrayBuffer()
        return response.status
      }
      const { dispatcher } = options as unknown as { dispatcher: { destroy(): Promise<void> } }
      return { ask, close: async () => await dispatcher.destroy() }
    },
  },
]

const rounds = 300

describe('a connection that closes as the next request comes is no error', () => {
  let tls: { key: string; cert: string }
  before(async () => {
    const extensions: CertificateExtensions = [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }]
    const made = await generate([{ name: 'commonName', value: 'localhost' }], { extensions })
    tls = { key: made.private, cert: made.cert }
  })

  for (const { name, isSecure, open } of clients) {
    const start = async (
      closings: Parameters<typeof startClosingServer>[0],
      cutsFirst = false,
    ): Promise<ClosingServer> => await startClosingServer(closings, { cutsFirst, ...(isSecure === true && { tls }) })

    it(`${name}: each is handled once, without an error`, async () => {
      await using server = await start(['reset', 'end'])
      const { ask, close } = await open(server, tls.cert)
      for (let round = 0; round < rounds; round++) assert.equal(await ask(`/${round}`), 200)
      assert.deepEqual(server.handled.map(numberOf), [...Array(rounds).keys()])
      assert.ok(server.cut() > rounds / 4, `${server.cut()} requests met a connection that closed`)
      await close()
    })

    it(`${name}: is repeated once where the server may have read it, and no more`, async () => {
      await using server = await start(['answered, then reset'])
      const { ask, close } = await open(server, tls.cert)
      for (let round = 0; round < 20; round++) assert.equal(await ask(`/${round}`), 200)
      const times = Map.groupBy(server.handled, numberOf)
      assert.equal(times.size, 20)
      for (const same of times.values()) assert.ok(same.length <= 2)
      await close()
    })

    it(`${name}: is not repeated on a connection that never served`, async () => {
      await using server = await start(['reset', 'end'], true)
      const { ask, close } = await open(server, tls.cert)
      for (let round = 0; round < 4; round++) await assert.rejects(ask(`/${round}`))
      assert.equal(server.cut(), 4)
      assert.equal(server.connections(), 4)
      await close()
    })

    // What comes over TLS cannot be told from its own traffic.
    if (isSecure === true) continue
    it(`${name}: is not repeated after half an answer`, async () => {
      await using server = await start(['half an answer'])
      const { ask, close } = await open(server, tls.cert)
      let failed = 0
      for (let round = 0; round < 20; round++) await ask(`/${round}`).catch(() => failed++)
      assert.ok(failed > 0)
      assert.equal(failed, server.cut())
      assert.deepEqual(server.handled.map(numberOf), [...Array(20).keys()])
      await close()
    })
  }

  it('pons register and pons password: both requests have a connection of their own', async () => {
    for (let round = 0; round < 100; round++) {
      await using server = await startClosingServer(['reset', 'end'])
      const listeners = `listeners: [{ host: 127.0.0.1, port: ${server.port} }]`
      const config = parseConfig(
        `server_name: here.test\n${listeners}\nregistration: { shared_secret: '0123456789abcdef' }`,
        'pons.yaml',
      )
      const request = { path: '/_synapse/admin/v1/register', signed: ['ada', 'x', 'notadmin'], body: {} }
      assert.equal(await throughServer(config, request), true)
      assert.equal(server.handled.length, 2)
      assert.equal(server.cut(), 0)
    }
  })
})

function numberOf(line: string): number {
  return Number(/ \/(\d+) /.exec(line)?.[1])
}
