import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@pons/test'

export interface TestRedis {
  readonly url: string
  stop(): Promise<void>
}

/** A Redis of the test run's own on a free loopback port, which keeps nothing on disk. */
export async function startRedis(program: string): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-redis-'))
  const port = await freePort()
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder]
  const server = spawn(program, settings, { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise<void>((resolve, reject) => {
    let output = ''
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
      if (output.includes('eady to accept connections')) resolve()
    })
    server.once('exit', () => reject(new Error(`Redis ended at its start:\n${output}`)))
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const closed = once(server, 'exit')
      server.kill('SIGTERM')
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
