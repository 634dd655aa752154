import type { Clock } from '@pons/matrix'

/** Homeservers refuse times that are far ahead of their own clock; this far is taken by all. */
const maxAheadMs = 12 * 3600 * 1000

/**
 * The time under which an event may be sent: the network's own, unless the clock of this host or of the network is so wrong
 * that a homeserver would refuse it. The message matters more than its time.
 */
export function eventTime(clock: Clock, timestampMs: number): number {
  const nowMs = clock.now()
  if (!Number.isFinite(timestampMs) || timestampMs > nowMs + maxAheadMs) return nowMs
  return Math.max(0, Math.trunc(timestampMs))
}
