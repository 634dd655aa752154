import type { Clock } from '@pons/matrix'

/** Awaits the work, but not for ever: false when it has not ended in time. What it fails with by then is thrown. */
export async function unlessHangs(clock: Clock, patienceMs: number, work: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<false>()
  const cancel = clock.schedule(() => late.resolve(false), patienceMs)
  try {
    return await Promise.race([work.then(() => true), late.promise])
  } finally {
    cancel()
  }
}
