import type { LaneOutcome, Queue, QueueOptions } from './queue.ts'

const pauseAfterErrorMs = 5000

interface Lane {
  isRunning: boolean
  isDirty: boolean
  cancelTimer?: () => void
}

interface LanesOptions extends Omit<QueueOptions, 'due'> {
  /** Other processes work on what the rows of this one's keys may wait for. */
  readonly isShared?: boolean
}

/** The queue in this process: a lane for each key that has work. */
export class Lanes implements Queue {
  readonly #options: LanesOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #running = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #onQuiet: (() => void)[] = []

  constructor(options: LanesOptions) {
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
      const pauseMs = this.#pauseMs(key, outcome)
      if (pauseMs !== undefined && !this.#abort.signal.aborted) {
        lane.isDirty = false
        lane.cancelTimer = this.#options.clock.schedule(() => this.wakeNow(key), pauseMs)
      }
    }
    lane.isRunning = false
    if (lane.cancelTimer === undefined && this.#lanes.get(key) === lane) this.#lanes.delete(key)
  }

  /** Until the key is looked at again by itself; undefined where something else wakes it. */
  #pauseMs(key: string, outcome: LaneOutcome): number | undefined {
    if (outcome.kind === 'idle') return undefined
    if (outcome.kind === 'retry') return outcome.delayMs
    void outcome.ready.then(() => this.wakeNow(key))
    return this.#options.isShared === true ? outcome.otherwiseMs : undefined
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
