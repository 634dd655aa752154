import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Fault {
  readonly step: string
  /** Ends the process when the step is reached for the so-manieth time. */
  readonly count: number
}

export interface PonsProcessOptions {
  readonly configFile: string
  readonly fault?: Fault | undefined
  /** `start` unless given, which does the same where the configuration names another homeserver. */
  readonly command?: 'start' | 'bridge'
  /** Makes WhatsApp's library trust the loopback side; for runs that talk to it. */
  readonly trustsTestRoot?: boolean
}

const root = new URL('../../../', import.meta.url)
const trustTestRoot = new URL('../whatsapp/trust-test-root-at-start.ts', import.meta.url).href

/**
 * Pons in a process of its own, to be killed: what `npm start` runs, flags and all. A fault takes the place of the entry, for
 * it needs to be told of each step.
 */
export class PonsProcess {
  readonly #child: ChildProcess
  readonly ended: Promise<void>
  /** Resolves once the process serves; also when it was killed before. @throws Error when it ended by itself with a failure */
  readonly serving: Promise<void>

  constructor(options: PonsProcessOptions) {
    this.#child = spawn(process.execPath, argumentsFor(options), {
      cwd: fileURLToPath(root),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.ended = once(this.#child, 'exit').then(() => undefined)
    this.serving = this.#untilServing()
    this.serving.catch(() => undefined)
  }

  static async start(options: PonsProcessOptions): Promise<PonsProcess> {
    const pons = new PonsProcess(options)
    await pons.serving
    return pons
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.isRunning) return
    this.#child.kill(signal)
    await this.ended
  }

  /** As whoever runs it ends it; resolves with its exit code. */
  async stop(): Promise<number | null> {
    await this.kill('SIGTERM')
    return this.#child.exitCode
  }

  async #untilServing(): Promise<void> {
    const { stdout } = this.#child
    if (stdout !== null) await Promise.race([once(stdout, 'data'), this.ended])
    // What it says later is nobody's, and must not fill the pipe.
    stdout?.resume()
    const { exitCode } = this.#child
    if (exitCode !== null && exitCode !== 0) throw new Error(`Pons ended with ${exitCode} at its start`)
  }
}

function argumentsFor({ configFile, fault, command, trustsTestRoot = false }: PonsProcessOptions): string[] {
  const shipped = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: { start: string } }
  const [, ...words] = shipped.scripts.start.split(' ')
  const flags = words.slice(
    0,
    words.findIndex((word) => !word.startsWith('--')),
  )
  const [program = '', ...started] = words.slice(flags.length)
  const entry = [program, ...(command === undefined ? started : [command])]
  const preload = trustsTestRoot ? ['--import', trustTestRoot] : []
  if (fault === undefined) return [...flags, ...preload, ...entry, '--config', configFile]
  const underFault = fileURLToPath(new URL('./pons-under-fault.ts', import.meta.url))
  return [...flags, ...preload, underFault, configFile, fault.step, String(fault.count)]
}
