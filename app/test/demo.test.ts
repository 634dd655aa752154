import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const source = new URL('../src/demo/demo.ts', import.meta.url).href

/** The demonstration, its servers and its files, where they can be told from all others. */
class Demonstration implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pons-demo-test-'))
  readonly #child: ChildProcess
  readonly #ended: Promise<[code: number | null, signal: NodeJS.Signals | null]>
  #output = ''

  constructor() {
    const program = `const { demo } = await import('${source}'); process.exit(await demo({ isOnce: false, port: 0 }))`
    const flags = ['--conditions=pons:source', '--input-type=module', '--eval', program]
    // Leads a group of its own, which whatever it starts is in, too.
    this.#child = spawn(process.execPath, flags, { detached: true, env: { ...process.env, TMPDIR: this.#folder } })
    this.#ended = once(this.#child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  }

  async says(words: string): Promise<void> {
    const said = new Promise<void>((resolve) => {
      for (const stream of [this.#child.stdout, this.#child.stderr])
        stream?.on('data', (chunk: Buffer) => {
          this.#output += chunk.toString()
          if (this.#output.includes(words)) resolve()
        })
    })
    const over = this.#ended.then((how) => assert.ok(this.#output.includes(words), `${how.join(' ')}\n${this.#output}`))
    await Promise.race([said, over])
  }

  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    process.kill(this.#child.pid ?? 0, signal)
    const [code, killedBy] = await this.#ended
    return code ?? killedBy
  }

  /** What is there of it still, in words. */
  left(): string[] {
    const servers = this.#signalAll(0) ? ['a process'] : []
    return [...servers, ...readdirSync(this.#folder)]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signalAll('SIGKILL')
    await this.#ended
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** False: there is nobody in the group any more. */
  #signalAll(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-(this.#child.pid ?? 0), signal)
    } catch {
      return false
    }
  }
}

describe('pons demo leaves nothing behind', () => {
  for (const [signal, when, words] of [
    ['SIGINT', 'in the middle of the exchange', 'Bridging #pons'],
    ['SIGTERM', 'in the middle of the exchange', 'Bridging #pons'],
    ['SIGHUP', 'in the middle of the exchange', 'Bridging #pons'],
    ['SIGTERM', 'while it waits for guests', 'ends the demonstration'],
  ] as const) {
    it(`on ${signal} ${when}`, async () => {
      await using demonstration = new Demonstration()
      await demonstration.says(words)
      assert.equal(await demonstration.end(signal), 0)
      assert.deepEqual(demonstration.left(), [])
    })
  }
})
