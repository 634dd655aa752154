import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@pons/test'

export interface TestPostgres {
  readonly url: string
  stop(): Promise<void>
}

/**
 * A PostgreSQL of the test run's own, on a free loopback port, in a folder that goes with it. Durability is off: tests
 * kill Pons, never this server. undefined where PostgreSQL is not installed.
 */
export async function startPostgres(): Promise<TestPostgres | undefined> {
  const programs = findPrograms()
  if (programs === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'pons-postgres-'))
  const user = unprivilegedUser()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid }
  const data = join(folder, 'data')
  const options = { ...identity, cwd: folder, stdio: 'ignore' as const, env: { ...process.env, HOME: folder } }
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'pons', '--auth=trust', '-E', 'UTF8', '--no-sync'], options)
  const port = await freePort()
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    'max_connections=200',
  ]
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...settings.flatMap((each) => ['-c', each])], options)
  await untilReady(join(programs, 'pg_isready'), port)
  return {
    url: `postgres://pons@127.0.0.1:${port}/postgres`,
    async stop() {
      const closed = once(server, 'close')
      server.kill('SIGINT')
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function findPrograms(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(root, version, 'bin')), '/usr/local/bin', '/usr/bin']
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_isready')))
}

/** PostgreSQL refuses to run as root; the distribution's package brings a user for it. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    try {
      return Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
    } catch {
      return 65534
    }
  })
  return { uid: uid ?? 65534, gid: gid ?? 65534 }
}

async function untilReady(program: string, port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const check = spawn(program, ['-h', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
    const [code] = (await once(check, 'close')) as [number | null]
    if (code === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('PostgreSQL did not become ready')
}
