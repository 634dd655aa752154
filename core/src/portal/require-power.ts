import type { RoomId, UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import { roomLevels } from '../matrix-side/room-levels.ts'

/** Who may change what a room is bridged to: those who may change its settings. @throws BridgeError */
export async function requirePower(
  context: BridgeContext,
  { roomId, userId }: { readonly roomId: RoomId; readonly userId: UserId },
): Promise<void> {
  const levels = await roomLevels(context.api, roomId)
  if (levels.of(userId) >= levels.needed('m.bridge', true) || (await context.isAdmin(userId))) return
  throw new BridgeError('You need to be a moderator of this room for that.', { reason: 'm.no_permission' })
}
