import { setTimeout as pause } from 'node:timers/promises'

const longestPauseMs = 30_000

export interface Patience {
  /** Ends the tries. */
  readonly signal: AbortSignal
  /** Told of each that failed. */
  readonly onError: (error: unknown) => void
}

/**
 * Does what can only fail for a while, as a database that is being restarted does: again and again, with pauses that grow from a
 * second to half a minute. What is behind it waits, so that nothing overtakes it. Rejects, with what the last try failed with,
 * when it is no longer wanted.
 */
export async function patiently<T>(work: () => Promise<T>, { signal, onError }: Patience): Promise<T> {
  for (let delayMs = 1000; ; delayMs = Math.min(longestPauseMs, delayMs * 2)) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (signal.aborted) throw error
      onError(error)
      await pause(delayMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
