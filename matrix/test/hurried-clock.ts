import type { Clock } from '../src/clock.ts'
import { still } from './still-clock.ts'

/** Real time; timers run at once. */
export const hurried: Clock = {
  ...still,
  schedule(callback) {
    const handle = setImmediate(callback)
    return () => clearImmediate(handle)
  },
}
