export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
}

/** The pause after so many failures in a row: doubling from the first to the longest. */
export function backoffMs(failures: number, { firstMs, longestMs }: Backoff): number {
  // Beyond 2^31 milliseconds timers run at once.
  return Math.min(longestMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)))
}
