import type { BridgeError } from '@pons/core'
import type { Join } from './join.ts'

/** Resolves when the network has let us in, with the history taken in; rejects when it refuses, or the signal aborts. */
export function waitForJoin(join: Pick<Join, 'waiters'>, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      join.waiters.delete(done)
      signal?.removeEventListener('abort', abort)
    }
    const done = (error?: BridgeError): void => {
      stop()
      if (error) reject(error)
      else resolve()
    }
    const abort = (): void => {
      stop()
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
    join.waiters.add(done)
  })
}
