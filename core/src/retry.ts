import { DataError } from '@pons/database'
import { backoffMs } from '@pons/matrix'
import { BridgeError } from './bridge-error.ts'
import { isRefusal } from './matrix-side/refusal.ts'
import { cleanText } from './text/clean-text.ts'

/** After so many tries a row is parked and the room is told. */
export const maxAttempts = 6

/** Milliseconds to wait before try number `attempt + 1`: one second, doubling, at most a minute. */
export function retryDelayMs(attempt: number): number {
  return backoffMs(attempt, { firstMs: 1000, longestMs: 60_000 })
}

/**
 * A network's refusal is final unless it says otherwise, and so is a homeserver's, and what a database will not take in any
 * form; anything else (a homeserver that is down, a bug) is worth more tries.
 */
export function isRetryable(error: unknown): boolean {
  if (error instanceof BridgeError) return error.isRetryable
  return !(error instanceof DataError || isRefusal(error))
}

/** Words for the room and for the row: a BridgeError's own, and nothing internal for anything else. */
export function errorText(error: unknown): string {
  if (error instanceof BridgeError) return cleanText(error.message)
  return error instanceof Error ? cleanText(`${error.name}: ${error.message}`) : 'unknown failure'
}
