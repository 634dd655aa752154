import { logFailure, type FailureLog } from '../log-failure.ts'
import type { MendForm } from './mend-form.ts'
import type { Portals } from './portals.ts'
import { currentForm } from './room-form.ts'

export interface MendPortalsParts extends FailureLog {
  readonly portals: Portals
  readonly mendForm: MendForm
}

/** Rooms that an earlier version made become what they would be made as now. What fails is tried again when next touched. */
export async function mendPortals(parts: MendPortalsParts): Promise<void> {
  for (const portal of await parts.portals.withRooms()) {
    if (parts.signal.aborted) return
    if (portal.isPlumbed || portal.applied.form === currentForm) continue
    try {
      await parts.mendForm(portal)
    } catch (error) {
      logFailure(parts, 'warn', { err: error, roomId: portal.roomId }, 'a room was not mended')
    }
  }
}
