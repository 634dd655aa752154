import type { BridgeContext } from '../bridge-context.ts'
import { logFailure } from '../log-failure.ts'
import { mendForm } from './mend-form.ts'
import { currentForm } from './room-form.ts'

/** Rooms that an earlier version made become what they would be made as now. What fails is tried again when next touched. */
export async function mendPortals(context: BridgeContext): Promise<void> {
  for (const portal of await context.portals.withRooms()) {
    if (context.signal.aborted) return
    if (portal.isPlumbed || portal.applied.form === currentForm) continue
    try {
      await mendForm(context, portal)
    } catch (error) {
      logFailure(context, 'warn', { err: error, roomId: portal.roomId }, 'a room was not mended')
    }
  }
}
