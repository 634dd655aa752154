import type { Clock } from '../src/clock.ts'

/** A clock that a test turns by hand. */
export class ManualClock implements Clock {
  #now: number
  #timers: { readonly dueMs: number; readonly callback: () => void }[] = []

  constructor(nowMs = 1_700_000_000_000) {
    this.#now = nowMs
  }

  now(): number {
    return this.#now
  }

  elapsedMs(): number {
    return this.#now
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer = { dueMs: this.#now + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  /** Milliseconds to the timer that is due next. */
  get untilNext(): number | undefined {
    if (this.#timers.length === 0) return undefined
    return Math.max(0, Math.min(...this.#timers.map(({ dueMs }) => dueMs)) - this.#now)
  }

  /** Turns on, stopping at every timer that falls due. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = this.#timers.filter(({ dueMs }) => dueMs <= end).toSorted((a, b) => a.dueMs - b.dueMs)[0]
      if (!next) break
      this.#timers = this.#timers.filter((one) => one !== next)
      this.#now = Math.max(this.#now, next.dueMs)
      next.callback()
    }
    this.#now = end
  }
}
