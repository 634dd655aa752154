import type { JsonObject } from '@pons/matrix'

/** In the state of a room: its timer; in the content of a message: the one that it was sent with. */
export const disappearingTimer = 'com.beeper.disappearing_timer'

/** As clients of the field read it (mautrix-go `event/beeper.go`): empty where messages stay. */
export function timerContent(afterMs: number): JsonObject {
  return afterMs > 0 ? { type: 'after_send', timer: Math.round(afterMs) } : {}
}
