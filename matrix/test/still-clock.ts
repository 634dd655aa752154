import type { Clock } from '../src/clock.ts'

/** Real time; timers never run. */
export const still: Clock = { now: () => Date.now(), elapsedMs: () => performance.now(), schedule: () => () => {} }
