import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@pons/test'

const run = promisify(execFile)
const program = new URL('../bin.mjs', import.meta.url).pathname

interface Session {
  readonly access_token: string
  readonly errcode?: string
}

describe('the password of an account', function () {
  let folder: string
  let url: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pons-password-'))
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    const settings = {
      server_name: 'here.test',
      listeners: [{ host: '127.0.0.1', port }],
      registration: { shared_secret: 'a secret of the server' },
      password_hashing: 'cheap',
      networks: { irc: false, telegram: false, whatsapp: false },
    }
    writeFileSync(join(folder, 'pons.yaml'), JSON.stringify(settings))
    writeFileSync(join(folder, 'chosen'), 'a chosen password\nand more')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const pons = async (...args: string[]): Promise<string> =>
    (await run(process.execPath, ['--conditions=pons:source', program, ...args], { cwd: folder })).stdout

  async function whileRunning(act: () => Promise<void>): Promise<void> {
    const child = spawn(process.execPath, ['--conditions=pons:source', program, 'start'], { cwd: folder })
    const ended = once(child, 'exit')
    try {
      let output = ''
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
      for await (const chunk of child.stdout) {
        output += String(chunk)
        if (output.includes('Ctrl-C stops.')) break
      }
      assert.match(output, /Ctrl-C stops\./)
      await act()
    } finally {
      child.kill('SIGTERM')
      await ended
    }
  }

  async function ask(method: string, path: string, token: string, body?: unknown): Promise<Record<string, unknown>> {
    const headers = token === '' ? {} : { authorization: `Bearer ${token}` }
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    return (await (await fetch(`${url}/_matrix/client/v3/${path}`, init)).json()) as Record<string, unknown>
  }

  async function logIn(password: string): Promise<Session> {
    const identifier = { type: 'm.id.user', user: 'ada' }
    return (await ask('POST', 'login', '', { type: 'm.login.password', identifier, password })) as unknown as Session
  }

  it('is made with it, without a session, and can be another, whether or not the server runs', async () => {
    let session: Session | undefined
    let second = ''
    await whileRunning(async () => {
      const [, first = ''] = /Password: (\S+)/.exec(await pons('register', 'ada')) ?? []
      session = await logIn(first)
      const { devices } = (await ask('GET', 'devices', session.access_token)) as { devices: unknown[] }
      assert.equal(devices.length, 1, 'whoever made the account is not logged in')
      assert.deepEqual(await ask('GET', 'profile/@ada:here.test', ''), { displayname: 'ada' })
      const told = await pons('password', 'ada')
      second = /password: (\S+)/.exec(told)?.[1] ?? ''
      assert.equal((await ask('GET', 'account/whoami', session.access_token))['errcode'], 'M_UNKNOWN_TOKEN')
      assert.equal((await logIn(first)).errcode, 'M_FORBIDDEN')
      session = await logIn(second)
      assert.equal(typeof session.access_token, 'string')
    })
    assert.match(await pons('password', '@ada:here.test', '--password-file', 'chosen'), /logged out everywhere\.$/m)
    await whileRunning(async () => {
      assert.equal((await ask('GET', 'account/whoami', session?.access_token ?? ''))['errcode'], 'M_UNKNOWN_TOKEN')
      assert.equal((await logIn(second)).errcode, 'M_FORBIDDEN')
      assert.equal(typeof (await logIn('a chosen password')).access_token, 'string')
    })
  })

  it('cannot be changed where there is none, and the reason is one line', async () => {
    for (const name of ['nobody', 'not a name']) {
      await assert.rejects(pons('password', name), ({ code, stderr }: { code: number; stderr: string }) => {
        assert.equal(code, 1)
        assert.match(stderr, /^the password of .* could not be changed: .*\n$/)
        return true
      })
    }
  })
})
