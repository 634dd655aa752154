import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@pons/test'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Every file and folder below, with its mode. */
function modesIn(folder: string): { path: string; isFolder: boolean; mode: number }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return { path, isFolder: entry.isDirectory(), mode: statSync(path).mode & 0o777 }
  })
}

describe('files of a run', function () {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pons-private-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** Starts what ships, in a process of its own with a umask that closes nothing; uploads a medium, and ends it. */
  async function run(): Promise<void> {
    const config = join(folder, 'pons.yaml')
    const port = await freePort()
    const settings = {
      listeners: [{ host: '127.0.0.1', port }],
      registration: { open: true },
      log: { level: 'info', file: 'logs/pons.log' },
      networks: { whatsapp: false, telegram: false },
    }
    writeFileSync(config, JSON.stringify(settings), { mode: 0o600 })
    const program = [
      process.execPath,
      '--conditions=pons:source',
      join(root, 'app/bin.mjs'),
      'start',
      '--config',
      config,
    ]
    const child = spawn('sh', ['-c', 'umask 000; exec "$@"', 'sh', ...program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    await Promise.race([once(child.stdout, 'data'), ended])
    const url = `http://127.0.0.1:${port}/_matrix`
    const account = { username: 'alice', password: 'password', auth: { type: 'm.login.dummy' } }
    const registered = await fetch(`${url}/client/v3/register`, { method: 'POST', body: JSON.stringify(account) })
    const { access_token: token } = (await registered.json()) as { access_token: string }
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/png' }
    const uploaded = await fetch(`${url}/media/v3/upload`, { method: 'POST', headers, body: 'bytes' })
    assert.equal(uploaded.status, 200)
    // While it runs: the files beside the database go with its end.
    assertPrivate()
    child.kill('SIGTERM')
    await ended
  }

  function assertPrivate(): void {
    const open = modesIn(folder).filter(({ mode, isFolder }) => mode !== (isFolder ? 0o700 : 0o600))
    assert.deepEqual(
      open.map(({ path, mode }) => `${path} ${mode.toString(8)}`),
      [],
    )
    const names = modesIn(folder).map(({ path }) => path.slice(folder.length + 1))
    for (const name of ['data/pons.db', 'data/pons.db-wal', 'data/signing.key', 'logs/pons.log']) {
      assert.ok(names.includes(name), name)
    }
    assert.ok(
      names.some((name) => /^data\/media\/..\/..\/./.test(name)),
      'a medium',
    )
  }

  it('are for their owner alone, whatever the umask', async () => {
    await run()
  })

  it('are closed to others at a start, whoever made them', async () => {
    const media = join(folder, 'data/media/ab/cd')
    mkdirSync(media, { recursive: true })
    mkdirSync(join(folder, 'logs'), { mode: 0o700 })
    for (const path of ['data/pons.db', 'logs/pons.log', 'data/media/ab/cd/abcdef'])
      writeFileSync(join(folder, path), '')
    for (const { path, isFolder } of modesIn(join(folder, 'data'))) chmodSync(path, isFolder ? 0o777 : 0o666)
    chmodSync(join(folder, 'data'), 0o755)
    chmodSync(join(folder, 'logs/pons.log'), 0o644)
    await run()
    assert.match(readFileSync(join(folder, 'logs/pons.log'), 'utf8'), /closed to them now/)
  })
})
