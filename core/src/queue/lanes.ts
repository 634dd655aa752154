import type { LaneOutcome, Queue, QueueOptions } from './queue.ts'

const pauseAfterErrorMs = 5000

interface Lane {
  isRunning: boolean
  isDirty: boolean
  cancelTimer?: () => void
}

/** The queue in this process: a lane for each key that has work. */
export class Lanes implements Queue {
  readonly #options: Omit<QueueOptions, 'due'>
  readonly #lanes = new Map<string, Lane>()
  readonly #running = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #onQuiet: (() => void)[] = []

  constructor(options: Omit<QueueOptions, 'due'>) {
    this.#options = options
  }

  wake(key: string): void {
    if (this.#lanes.get(key)?.cancelTimer === undefined) this.wakeNow(key)
  }

  wakeNow(key: string): void {
    if (this.#abort.signal.aborted) return
    const lane = this.#lanes.get(key) ?? { isRunning: false, isDirty: false }
    this.#lanes.set(key, lane)
    lane.cancelTimer?.()
    delete lane.cancelTimer
    lane.isDirty = true
    if (lane.isRunning) return
    lane.isRunning = true
    const run = this.#run(key, lane).finally(() => {
      this.#running.delete(run)
      if (this.#running.size === 0) for (const resolve of this.#onQuiet.splice(0)) resolve()
    })
    this.#running.add(run)
  }

  async settled(): Promise<void> {
    if (this.#running.size === 0) return
    await new Promise<void>((resolve) => this.#onQuiet.push(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    for (const lane of this.#lanes.values()) lane.cancelTimer?.()
    await Promise.all(this.#running)
    this.#lanes.clear()
  }

  async #run(key: string, lane: Lane): Promise<void> {
    while (lane.isDirty && !this.#abort.signal.aborted) {
      lane.isDirty = false
      const outcome = await this.#attempt(key)
      if (outcome.kind === 'retry' && !this.#abort.signal.aborted) {
        lane.isDirty = false
        lane.cancelTimer = this.#options.clock.schedule(() => this.wakeNow(key), outcome.delayMs)
      }
    }
    lane.isRunning = false
    if (lane.cancelTimer === undefined && this.#lanes.get(key) === lane) this.#lanes.delete(key)
  }

  async #attempt(key: string): Promise<LaneOutcome> {
    try {
      return await this.#options.process(key, this.#abort.signal)
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#options.onError(key, error)
      return { kind: 'retry', delayMs: pauseAfterErrorMs }
    }
  }
}
