export interface Timer {
  cancel(): void
}

/** Time as the server sees it; tests move it by hand. */
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
