import type { RemoteMessage } from '@pons/core'
import type { Incoming } from '../protocol/incoming.ts'

/** Until when it stays, and whether it is to be seen once. */
export function passingOf({
  timestampMs,
  timer,
  isViewOnce,
  content,
}: Incoming): Pick<RemoteMessage, 'disappearsAtMs' | 'isViewOnce'> {
  return {
    ...(timer !== undefined && { disappearsAtMs: timestampMs + timer.seconds * 1000 }),
    // Where it did not come along, there is nothing that could be seen.
    ...(isViewOnce && content !== undefined && { isViewOnce }),
  }
}
