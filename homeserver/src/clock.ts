export interface Timer {
  cancel(): void
}

/**
 * The time that events and sessions bear, and when something is done again; tests move it by hand. How long one request waits (a
 * long poll, an upload that is under way) is the caller's own time, and always real.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  after(delayMs: number, run: () => void): Timer
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
