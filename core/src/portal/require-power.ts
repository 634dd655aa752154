import type { RoomId, UserId } from '@pons/matrix'
import type { IsAdmin } from '../admins.ts'
import { BridgeError } from '../bridge-error.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { roomLevels } from '../matrix-side/room-levels.ts'

export interface PowerParts {
  readonly api: MatrixApi
  readonly isAdmin: IsAdmin
}

/** Who may change what a room is bridged to: those who may change its settings. @throws BridgeError */
export async function requirePower(
  { api, isAdmin }: PowerParts,
  { roomId, userId }: { readonly roomId: RoomId; readonly userId: UserId },
): Promise<void> {
  const levels = await roomLevels(api, roomId)
  if (levels.of(userId) >= levels.needed('m.bridge', true) || (await isAdmin(userId))) return
  throw new BridgeError('You need to be a moderator of this room for that.', { reason: 'm.no_permission' })
}
