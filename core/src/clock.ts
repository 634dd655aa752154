/** Time as the framework sees it; tests hand in one they turn by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since some moment; unlike `now` it never jumps, so it is what durations are measured by. */
  elapsedMs(): number
  /** Calls back once after `delayMs`; the returned function cancels. */
  schedule(callback: () => void, delayMs: number): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  schedule(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
