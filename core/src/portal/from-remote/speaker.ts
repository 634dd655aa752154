import type { RoomId, UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { Acting } from '../../matrix-side/matrix-api.ts'
import type { ChatKey, RemoteUser } from '../../network/chat.ts'

export interface Speaker {
  readonly userId: UserId
  readonly acting: Acting
  /** True: a real person's account speaks, through their double puppet. */
  readonly isPuppet: boolean
  /** Whose login the remote person is, also where nobody may act for them: what they did from here is under their name. */
  readonly owner?: UserId
}

/**
 * Who says it in Matrix: where the remote person is the own one of a login, whoever heard it, the login's owner, if we may act
 * for them; else the ghost. Either is in the room afterwards.
 */
export async function speakerFor(
  context: BridgeContext,
  roomId: RoomId,
  from: { sender: RemoteUser; chat: ChatKey; timestampMs: number },
): Promise<Speaker> {
  const { sender, chat, timestampMs } = from
  const owner = context.logins.ofPerson(sender, chat)?.record.owner
  const token = owner && (await context.puppets.tokenFor(owner))
  if (owner !== undefined && token !== undefined) {
    await context.members.ensureJoined(roomId, owner, token)
    return { userId: owner, acting: { actAs: owner, token, timestampMs }, isPuppet: true, owner }
  }
  const userId = await context.ghosts.ensure(sender)
  await context.members.ensureJoined(roomId, userId)
  return { userId, acting: { actAs: userId, timestampMs }, isPuppet: false, ...(owner !== undefined && { owner }) }
}
