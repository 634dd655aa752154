import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export interface Fault {
  readonly step: string
  /** Ends the process when the step is reached for the so-manieth time. */
  readonly count: number
}

/** Pons in a process of its own, to be killed. */
export class PonsProcess {
  readonly #child: ChildProcess
  readonly ended: Promise<void>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.ended = once(child, 'exit').then(() => undefined)
  }

  /** Resolves once the process serves; also when it was killed before, as a fault in the start may do. */
  static async start(configFile: string, fault?: Fault): Promise<PonsProcess> {
    const program = new URL('./pons-under-fault.ts', import.meta.url).pathname
    const args = ['--conditions=pons:source', program, configFile]
    if (fault !== undefined) args.push(fault.step, String(fault.count))
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const pons = new PonsProcess(child)
    await Promise.race([once(child.stdout, 'data'), pons.ended])
    if (child.exitCode !== null && child.exitCode !== 0)
      throw new Error(`Pons ended with ${child.exitCode} at its start`)
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
}
