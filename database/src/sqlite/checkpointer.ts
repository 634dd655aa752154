import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Each row dirties some three pages of 4 KiB, so the log grows to about sixteen megabytes. */
const ROWS_BETWEEN = 1500
/** Whoever writes faster than the thread copies waits for it. */
const ROWS_AT_MOST = 12_000
const REST_MS = 10_000

/**
 * Has the write-ahead log copied into the file whenever it has grown, by a thread that is there only while there is much to write.
 * The copy is made beside the writers. After it, one group waits until the log may begin anew, or it would grow for ever under
 * writers that never pause.
 */
export class Checkpointer implements AsyncDisposable {
  readonly #file: string
  readonly #onBroken: () => void
  #rows = 0
  #state: 'resting' | 'copying' | 'copied' | 'restarting' | 'broken' = 'resting'
  #worker: Worker | undefined
  #rest: NodeJS.Timeout | undefined
  /** Who waits before a transaction. */
  #proceed: (() => void) | undefined

  /** @param onBroken the thread is gone, and SQLite has to make its checkpoints itself */
  constructor(file: string, onBroken: () => void) {
    this.#file = file
    this.#onBroken = onBroken
  }

  /** After a commit of so many rows. */
  wrote(rows: number): void {
    this.#rows += rows
    if (this.#rows < ROWS_BETWEEN || this.#state !== 'resting') return
    this.#rows = 0
    this.#state = 'copying'
    this.#ask('copy')
  }

  /** Before a transaction begins; undefined when nothing has to be waited for. */
  turn(): Promise<void> | undefined {
    const isBehind = this.#state === 'copying' && this.#rows >= ROWS_AT_MOST
    if (this.#state !== 'copied' && !isBehind) return undefined
    // A program must not end while it waits.
    this.#worker?.ref()
    const proceeding = new Promise<void>((resolve) => (this.#proceed = resolve))
    if (!isBehind) this.#restart()
    return proceeding
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end()
  }

  #restart(): void {
    this.#state = 'restarting'
    this.#ask('restart')
  }

  #ask(step: 'copy' | 'restart'): void {
    clearTimeout(this.#rest)
    this.#worker ??= this.#start()
    this.#worker.postMessage(step)
  }

  #start(): Worker {
    const worker = new Worker(new URL('./checkpoint-worker.mjs', import.meta.url), {
      workerData: this.#file,
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
    })
    worker.unref()
    worker.on('message', (step: 'copy' | 'restart') => this.#done(step))
    worker.on('error', (error) => {
      process.emitWarning(error)
      this.#break()
    })
    worker.on('exit', () => {
      if (this.#worker === worker) this.#break()
    })
    return worker
  }

  #done(step: 'copy' | 'restart'): void {
    if (step === 'copy') {
      if (this.#proceed) this.#restart()
      else this.#state = 'copied'
      return
    }
    this.#worker?.unref()
    this.#rest = setTimeout(() => void this.#end(), REST_MS).unref()
    this.#go('resting')
  }

  #break(): void {
    if (this.#state === 'broken') return
    this.#worker = undefined
    this.#onBroken()
    this.#go('broken')
  }

  #go(state: 'resting' | 'broken'): void {
    this.#state = state
    this.#proceed?.()
    this.#proceed = undefined
  }

  async #end(): Promise<void> {
    clearTimeout(this.#rest)
    const worker = this.#worker
    if (!worker) return
    this.#worker = undefined
    const ended = once(worker, 'exit')
    worker.ref()
    worker.postMessage('end')
    await ended
  }
}
