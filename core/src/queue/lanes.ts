import type { Clock } from '../clock.ts'

/** What a lane's work says when it stops: nothing left, or stopped at a row that should be tried again later. */
export type LaneOutcome = { readonly kind: 'idle' } | { readonly kind: 'retry'; readonly delayMs: number }

export interface LanesOptions {
  readonly clock: Clock
  /**
   * Works through everything that is due for one key, in order. Never called twice at once for the same key. A throw is
   * handed to `onError` and the lane tries again after a pause.
   */
  readonly process: (key: string, signal: AbortSignal) => Promise<LaneOutcome>
  readonly onError: (key: string, error: unknown) => void
}

const pauseAfterErrorMs = 5000

interface Lane {
  isRunning: boolean
  isDirty: boolean
  cancelTimer?: () => void
}

/**
 * One ordered queue per key, in this process. The rows in the database are the truth; a lane is only the knowledge that
 * there may be work. Waking a lane is cheap and may be done too often.
 */
export class Lanes implements AsyncDisposable {
  readonly #options: LanesOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #running = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #onQuiet: (() => void)[] = []

  constructor(options: LanesOptions) {
    this.#options = options
  }

  /** There may be new work. A lane that waits to try something again goes on waiting: nothing new may overtake it. */
  wake(key: string): void {
    if (this.#lanes.get(key)?.cancelTimer === undefined) this.wakeNow(key)
  }

  /** There is reason to try again at once. */
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

  /** Resolves when no lane is working (a lane that waits to retry does not count). For tests and for a clean stop. */
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
