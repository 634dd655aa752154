import { MatrixError, type UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { RemoteMembership, RemoteRename } from '../../network/remote-event.ts'
import { applyLevels } from '../apply-levels.ts'
import { inviteUser } from '../invite-user.ts'
import { memberUser } from '../member-user.ts'
import type { Delivery } from './delivery.ts'

export async function deliverMembership(context: BridgeContext, delivery: Delivery<RemoteMembership>): Promise<void> {
  const { roomId, event, portal } = delivery
  const { userId, isOwner, token } = await memberUser(context, event.user.id)
  switch (event.change) {
    case 'join':
      if (isOwner) await inviteUser(context, roomId, userId)
      else await context.members.ensureJoined(roomId, await context.ghosts.ensure(event.user))
      break
    case 'leave':
      if (isOwner && token === undefined) await remove(context, delivery, userId, 'kick')
      else await context.members.ensureLeft(roomId, userId, { reason: event.reason, token })
      await applyLevels(context, portal, { levels: new Map([[userId, 0]]), isComplete: false })
      break
    case 'invite':
      if (!isOwner) await context.ghosts.ensure(event.user)
      await asActor(context, event, (acting) => context.api.changeMembership('invite', roomId, { userId }, acting))
      break
    case 'unban':
      await context.api.changeMembership('unban', roomId, { userId, reason: event.reason })
      break
    case 'kick':
    case 'ban':
      await remove(context, delivery, userId, event.change)
  }
  context.step('bridge:matrix-sent')
}

/** A nick change: the same person goes on under another ghost. */
export async function deliverRename(context: BridgeContext, delivery: Delivery<RemoteRename>): Promise<void> {
  const { roomId, event } = delivery
  const before = context.ghosts.ownUserIdOf(event.from)
  if (event.isMerge && !(await context.members.joined(roomId)).has(before)) return
  const after = await context.ghosts.ensure(event.to)
  await context.members.ensureJoined(roomId, after)
  if (before === after) return
  const name = event.to.name ?? event.to.id
  await context.members.ensureLeft(roomId, before, { reason: `is now known as ${name}` })
  context.step('bridge:matrix-sent')
}

async function remove(
  context: BridgeContext,
  { roomId, event }: Delivery<RemoteMembership>,
  userId: UserId,
  verb: 'kick' | 'ban',
): Promise<void> {
  const joined = await context.members.joined(roomId)
  if (verb === 'kick' && !joined.has(userId)) return
  await asActor(context, event, (acting) =>
    context.api.changeMembership(verb, roomId, { userId, reason: event.reason }, acting),
  )
  context.members.noticed(roomId, userId, false)
}

/** As the ghost who did it where the room lets them, else as the bot: that it happened matters more than who is shown. */
async function asActor(
  context: BridgeContext,
  event: RemoteMembership,
  act: (acting: { actAs?: UserId; timestampMs?: number }) => Promise<void>,
): Promise<void> {
  if (event.by === undefined) return await act({})
  try {
    await act({ actAs: context.ghosts.userIdOf(event.by.id), timestampMs: event.timestampMs })
  } catch (error) {
    if (!(error instanceof MatrixError && error.status === 403)) throw error
    await act({})
  }
}
