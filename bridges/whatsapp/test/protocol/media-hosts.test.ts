import { createEgress } from '@pons/core'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import type { lookup } from 'node:dns'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request, type Agent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fetchOptions } from '../../src/fetch-options.ts'
import { download } from '../../src/protocol/download.ts'
import { isMediaHost } from '../../src/protocol/is-media-host.ts'
import { uploadAgent } from '../../src/protocol/upload-agent.ts'

describe('files are fetched from WhatsApp’s hosts, whatever a message says', () => {
  for (const [url, expected] of [
    ['https://mmg.whatsapp.net/v/x', true],
    ['https://MEDIA.cdn.whatsapp.net./v', true],
    ['http://mmg.whatsapp.net/v/x', false],
    ['https://mmg.whatsapp.net@10.0.0.1/x', false],
    ['https://mmg.whatsapp.net.evil.example/x', false],
    ['https://evilwhatsapp.net/x', false],
    ['https://127.0.0.1/x', false],
    ['https://[::1]/x', false],
  ] as const) {
    it(`${url}: ${expected ? 'yes' : 'no'}`, () => {
      const { protocol, hostname } = new URL(url)
      assert.equal(isMediaHost(protocol, hostname, undefined), expected)
    })
  }

  async function listen() {
    const folder = mkdtempSync(join(tmpdir(), 'pons-media-'))
    const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') }
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    await promisify(execFile)('openssl', [...kind, ...subject, '-keyout', files.key, '-out', files.cert])
    const [key, cert] = [readFileSync(files.key, 'utf8'), readFileSync(files.cert, 'utf8')]
    rmSync(folder, { recursive: true })
    let connections = 0
    const server = createServer({ cert, key }, (request, response) => {
      const { port } = server.address() as AddressInfo
      if (request.url === '/away') response.writeHead(302, { location: `https://localhost:${port}/there` })
      response.end()
    })
    server.on('connection', () => connections++)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      cert,
      port: (server.address() as AddressInfo).port,
      connections: () => connections,
      [Symbol.dispose]: () => {
        server.closeAllConnections()
        server.close()
      },
    }
  }

  it('and go up to none but them: whatever host the server names, and wherever its name leads', async () => {
    using host = await listen()
    const resolve = ((_name: string, _options: object, done: (error: null, found: object[]) => void) =>
      done(null, [{ address: '127.0.0.1', family: 4 }])) as unknown as typeof lookup
    const { forOthers } = createEgress({ allowLoopback: false, resolve })
    const ask = async (hostname: string, agent: Agent) =>
      await new Promise<number | undefined>((answered, failed) => {
        const asked = request({ hostname, port: host.port, method: 'POST', agent }, ({ statusCode }) =>
          answered(statusCode),
        )
        asked.on('error', failed).end()
      })
    const agent = uploadAgent(undefined, forOthers)
    for (const name of ['127.0.0.1', '::1', 'localhost', 'whatsapp.net.evil.example', 'evilwhatsapp.net']) {
      await assert.rejects(ask(name, agent), { name: 'ForeignHostError' })
    }
    await assert.rejects(ask('media.whatsapp.net', agent), { name: 'EgressRefused' })
    assert.equal(host.connections(), 0)
    const server = { url: 'ws://127.0.0.1:1', media_ca: host.cert }
    await assert.rejects(ask('127.0.0.1', uploadAgent(server, forOthers)), { name: 'EgressRefused' })
    assert.equal(host.connections(), 0)
    assert.equal(await ask('127.0.0.1', uploadAgent(server, createEgress().forOthers)), 200)
    assert.equal(host.connections(), 1)
  })

  it('and no connection is made to another, nor behind a redirect', async () => {
    using host = await listen()
    const { forOthers } = createEgress()
    const options = fetchOptions(undefined, forOthers)
    const file = { type: 'image' as const, mediaKey: Buffer.alloc(32, 1), fileSha256: Buffer.alloc(32) }
    const away = `https://127.0.0.1:${host.port}`
    for (const [url, directPath] of [
      [`${away}/v`, '/v'],
      [`${away}/v`, ''],
      ['', `@127.0.0.1:${host.port}/v`],
      ['https://mmg.whatsapp.net/v', `.localhost:${host.port}/v`],
    ] as const) {
      await assert.rejects(download({ ...file, url, directPath }, options, 1000))
      await assert.rejects(fetch(`${away}${directPath}`, options))
    }
    assert.equal(host.connections(), 0)
    const near = fetchOptions({ url: 'ws://127.0.0.1:1', media_ca: host.cert }, forOthers)
    await assert.rejects(
      fetch(`${away}/away`, near),
      ({ cause }: Error) => (cause as Error).name === 'ForeignHostError',
    )
    assert.equal(host.connections(), 1)
  })
})
