import type { Logger } from 'pino'
import { logFailure } from '../log-failure.ts'

/** Tries to tell; false when that cannot be done now, so that what it is about must not be called settled yet. */
export async function isTold(
  needs: {
    readonly logger: Logger
    readonly signal: AbortSignal
  },
  tell: () => Promise<void>,
  facts: object,
): Promise<boolean> {
  try {
    await tell()
    return true
  } catch (error) {
    logFailure(needs, 'error', { ...facts, err: error }, 'nobody could be told of a failure; it is tried again')
    return false
  }
}
