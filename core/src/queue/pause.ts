import type { Clock } from '@pons/matrix'
import { unlessAborted } from './unless-aborted.ts'

/** Resolves after so long, or as soon as the signal is aborted; no timer is left behind. */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.schedule(resolve, delayMs)
  await unlessAborted(promise, signal)
  cancel()
}
