import { MatrixError, type RoomId, type UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'

/** Brings a Matrix user into a room: through their double puppet where there is one, else by an invitation. */
export async function inviteUser(
  context: BridgeContext,
  roomId: RoomId,
  userId: UserId,
  isDirect = false,
): Promise<void> {
  const joined = await context.members.joined(roomId)
  if (joined.has(userId)) return
  const token = await context.puppets.tokenFor(userId)
  if (token !== undefined) return await context.members.ensureJoined(roomId, userId, token)
  try {
    // The plain invitation cannot say that it is to a direct chat.
    const content = { membership: 'invite', is_direct: true }
    if (isDirect) await context.api.setState(roomId, { type: 'm.room.member', stateKey: userId, content })
    else await context.api.changeMembership('invite', roomId, { userId })
  } catch (error) {
    // Invited before, by a run that a crash cut short.
    if (!(error instanceof MatrixError && error.status === 403)) throw error
  }
}
