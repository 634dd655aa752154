import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, parseConfig, runPons, type RunningPons } from '@pons/app'
import type { UserId } from '@pons/matrix'

describe('nobody learns of the bridge what is not theirs', () => {
  let folder: string
  let pons: RunningPons
  const url = (path: string): string => `${pons.urls[0]}${path}`

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pons-pages-'))
    const text = `
listeners: [{ port: 0 }]
password_hashing: cheap
monitoring: { listener: { port: 0 } }
bridge: { admins: ['@named:localhost'] }
networks: { irc: { networks: { secret: { address: 127.0.0.1, port: 1, channels: ['#a'] } } }, telegram: false, whatsapp: false }
`
    const loaded = parseConfig(text, join(folder, 'pons.yaml'))
    pons = await runPons({ loaded, logger: createLogger({ level: 'silent' }) })
    for (const [name, isAdmin] of [
      ['root', true],
      ['named', false],
      ['mallory', false],
    ] as const) {
      await pons.homeserver.services.accounts.create({
        userId: `@${name}:localhost` as UserId,
        password: 'password',
        isAdmin,
      })
    }
  })
  after(async () => {
    await pons[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  async function tokenOf(user: string): Promise<string> {
    const response = await fetch(url('/_matrix/client/v3/login'), {
      method: 'POST',
      body: JSON.stringify({ type: 'm.login.password', identifier: { type: 'm.id.user', user }, password: 'password' }),
    })
    return ((await response.json()) as { access_token: string }).access_token
  }

  async function read(path: string, token?: string): Promise<{ status: number; text: string }> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(url(path), { headers })
    return { status: response.status, text: await response.text() }
  }

  it('tells everybody whether all is well, and no more', async () => {
    for (const token of [undefined, 'nonsense', await tokenOf('mallory')]) {
      const health = await read('/health', token)
      assert.equal(health.status, 200)
      assert.match(health.text, /^\{"status":"(?:ok|degraded)"\}$/)
      const metrics = await read('/_pons/metrics', token)
      assert.equal(metrics.status, 401)
      assert.doesNotMatch(metrics.text, /bridge_/)
    }
    const { text } = await read(`/health?access_token=${await tokenOf('root')}`)
    assert.match(text, /^\{"status":"\w+"\}$/)
  })

  it('tells administrators, of the server and of the bridge, what there is to know', async () => {
    for (const user of ['root', 'named']) {
      const token = await tokenOf(user)
      assert.match((await read('/health', token)).text, /"bot":"@ircbot:localhost".*secret \(relay\)/)
      assert.match((await read('/_pons/metrics', token)).text, /bridge_queue_depth\{network="irc"/)
    }
  })

  it('tells programs of this machine on a listener of their own, and no web page that names it otherwise', async () => {
    const base = pons.monitoringUrl ?? ''
    assert.match(base, /^http:\/\/127\.0\.0\.1:/)
    assert.match(await (await fetch(`${base}/health`)).text(), /secret \(relay\)/)
    assert.match(await (await fetch(`${base}/metrics`)).text(), /bridge_queue_depth/)
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${base}/health`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      asked.on('error', reject).end()
    })
    assert.equal(status, 404)
  })

  it('has that listener on this machine only', () => {
    assert.throws(
      () => parseConfig('monitoring: { listener: { host: 0.0.0.0, port: 1 } }', 'pons.yaml'),
      /monitoring\.listener\.host: is not an address of this machine/,
    )
  })
})
