import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** To a worker: rows to add to the table, and to announce. */
export interface AddRows {
  readonly keys: readonly string[]
  readonly first: number
  readonly count: number
}

/** From a worker. */
export interface RowDone {
  readonly key: string
  readonly seq: number
}

/** One of several processes that share a queue. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #onDone: (() => void)[] = []
  doneCount = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message) => {
      if (message === 'ready') return
      this.doneCount++
      for (const resolve of this.#onDone.splice(0)) resolve()
    })
  }

  static async start(...args: readonly string[]): Promise<WorkerProcess> {
    const program = new URL('./bull-worker.ts', import.meta.url)
    const child = fork(program, args, { execArgv: ['--conditions=pons:source'] })
    const worker = new WorkerProcess(child)
    const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (message !== 'ready') throw new Error(`a worker ended with ${String(message)} at its start`)
    return worker
  }

  add(rows: AddRows): void {
    this.#child.send(rows)
  }

  /** It is stopped, as by SIGSTOP, once it has done its next row. */
  stop(): void {
    this.#child.send('stop')
  }

  /** Resolves when it has done so many rows altogether. */
  async hasDone(count: number): Promise<void> {
    while (this.doneCount < count) await new Promise<void>((resolve) => this.#onDone.push(resolve))
  }

  /** Resolves with its next row. */
  async nextDone(): Promise<void> {
    await this.hasDone(this.doneCount + 1)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGCONT')
    this.#child.kill('SIGTERM')
    await ended
  }
}
