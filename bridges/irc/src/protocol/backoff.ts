export interface BackoffOptions {
  readonly firstMs: number
  readonly longestMs: number
}

/**
 * The pause before try number `attempt` (from 0): doubling up to the longest, of which a random half is taken away so that
 * many connections cut at once do not come back at once.
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: () => number): number {
  const full = Math.min(options.longestMs, options.firstMs * 2 ** Math.min(attempt, 30))
  return Math.round(full / 2 + (full / 2) * random())
}
