import type { RoomId, UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { Acting } from '../../matrix-side/matrix-api.ts'
import type { RemoteUser } from '../../network/chat.ts'
import type { LoginId } from '../../network/ids.ts'

export interface Speaker {
  readonly userId: UserId
  readonly acting: Acting
  /** True: a real person's account speaks, through their double puppet. */
  readonly isPuppet: boolean
}

/**
 * Who says it in Matrix: the login's owner where the remote person is themselves and we may act for them, else the ghost.
 * Either is in the room afterwards.
 */
export async function speakerFor(
  context: BridgeContext,
  roomId: RoomId,
  from: { sender: RemoteUser; login?: LoginId | undefined; timestampMs: number },
): Promise<Speaker> {
  const { sender, login, timestampMs } = from
  const owner =
    login !== undefined && context.logins.isSelf(login, sender.id) ? context.logins.ownerOf(login) : undefined
  const token = owner && (await context.puppets.tokenFor(owner))
  if (owner !== undefined && token !== undefined) {
    await context.members.ensureJoined(roomId, owner, token)
    return { userId: owner, acting: { actAs: owner, token, timestampMs }, isPuppet: true }
  }
  const userId = await context.ghosts.ensure(sender)
  await context.members.ensureJoined(roomId, userId)
  return { userId, acting: { actAs: userId, timestampMs }, isPuppet: false }
}
