/**
 * Time as everything that runs sees it; tests turn one by hand. How long one request waits (a long poll, an upload that is under way)
 * is the caller's own time, and always real.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since some moment; unlike `now` it never jumps, so it is what durations are measured by. */
  elapsedMs(): number
  /** Calls back once after `delayMs`; the returned function cancels. Keeps no program from ending. */
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
