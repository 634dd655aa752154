import type { JsonObject } from '@pons/matrix'
import type { RoomEvent } from '../event/room-event.ts'
import { clientEvent } from './client-event.ts'

/**
 * An event as a client or a service gets it, with what stands beside it whoever that is.
 * @param replaced the state event in whose place it came
 * @param more of `unsigned`, what this one reader is told
 */
export function presentEvent(
  event: RoomEvent,
  { nowMs, replaced, more }: { nowMs: number; replaced?: RoomEvent | undefined; more?: JsonObject | undefined },
): JsonObject {
  const before = replaced && {
    prev_content: replaced.content,
    replaces_state: replaced.eventId,
    prev_sender: replaced.sender,
  }
  const unsigned = { age: Math.max(0, nowMs - event.originServerTs), ...before, ...more }
  return { ...clientEvent(event), unsigned }
}
