import { MatrixError, type UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { RemoteMembership, RemoteRename } from '../../network/remote-event.ts'
import { applyLevels } from '../apply-levels.ts'
import { ownerRanks } from '../owner-ranks.ts'
import type { Acting } from '../../matrix-side/matrix-api.ts'
import { roomLevels } from '../../matrix-side/room-levels.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import type { Delivery } from './delivery.ts'

export async function deliverMembership(context: BridgeContext, delivery: Delivery<RemoteMembership>): Promise<void> {
  const { roomId, event, portal } = delivery
  if (await isSo(context, delivery)) return
  const { userId, isOwner, token } = await context.people.memberUser(portal.chat, event.user.id)
  switch (event.change) {
    case 'join':
      if (isOwner) await context.people.invite(roomId, userId)
      else await context.members.ensureJoined(roomId, await context.ghosts.ensure(event.user))
      break
    case 'leave':
      if (isOwner && token === undefined) await remove(context, delivery, userId, 'kick')
      else await context.members.ensureLeft(roomId, userId, { reason: event.reason, token })
      break
    case 'invite':
      if (!isOwner) await context.ghosts.ensure(event.user)
      await asActor(context, delivery, (acting) => context.api.changeMembership('invite', roomId, { userId }, acting))
      break
    case 'unban':
      await context.api.changeMembership('unban', roomId, { userId, reason: event.reason })
      break
    case 'kick':
    case 'ban':
      await remove(context, delivery, userId, event.change)
  }
  // Whoever comes back, or takes the name over, has the rank that the network gives them then.
  if (endsRank.has(event.change)) await endRank(context, portal, { userId, isOwner })
  context.step('bridge:matrix-sent')
}

/** What somebody of Matrix had by their rank, and no more. */
async function endRank(
  context: BridgeContext,
  portal: PortalRecord,
  { userId, isOwner }: { readonly userId: UserId; readonly isOwner: boolean },
): Promise<void> {
  const { levels, record } = isOwner
    ? await ownerRanks(context, portal, new Map([[userId, 0]]))
    : { levels: new Map([[userId, null]]), record: () => Promise.resolve() }
  await applyLevels(context, portal, { levels, isComplete: false })
  await record()
}

const endsRank: ReadonlySet<RemoteMembership['change']> = new Set(['leave', 'kick', 'ban'])

/** What was done from here is so already when the network tells of it; done again it would be refused, or stand there twice. */
async function isSo(context: BridgeContext, { portal, roomId, event }: Delivery<RemoteMembership>): Promise<boolean> {
  const already = saysAlready[event.change]
  if (already === undefined) return false
  const { userId } = await context.people.memberUser(portal.chat, event.user.id)
  const state = await context.api.getState(roomId, 'm.room.member', userId)
  const { membership = 'leave' } = (state ?? {}) as { membership?: string }
  return already.includes(membership)
}

/** Memberships in Matrix that leave nothing to do. Joining and leaving are judged by who is in the room. */
const saysAlready: Readonly<Partial<Record<RemoteMembership['change'], readonly string[]>>> = {
  ban: ['ban'],
  unban: ['leave', 'invite', 'join', 'knock'],
  invite: ['invite', 'join'],
}

/** A nick change: the same person goes on under another ghost. */
export async function deliverRename(context: BridgeContext, delivery: Delivery<RemoteRename>): Promise<void> {
  const { roomId, event } = delivery
  const before = context.ghosts.ownUserIdOf(event.from)
  const wasJoined = (await context.members.joined(roomId)).has(before)
  const isOver = event.isMerge === true && !wasJoined
  const after = isOver ? context.ghosts.userIdOf(event.to.id) : await context.ghosts.ensure(event.to)
  if (!isOver) await context.members.ensureJoined(roomId, after)
  if (before === after) return
  const name = event.to.name ?? event.to.id
  await context.members.ensureLeft(roomId, before, { reason: `is now known as ${name}` })
  await carryRank(context, delivery, { before, after, wasJoined })
  context.step('bridge:matrix-sent')
}

/** In one event, after the old ghost has left: whatever a crash cuts short, a second time finds the rank on one of the two. */
async function carryRank(
  context: BridgeContext,
  { portal, roomId, event }: Delivery<RemoteRename>,
  { before, after, wasJoined }: { before: UserId; after: UserId; wasJoined: boolean },
): Promise<void> {
  const { named, fallback } = await roomLevels(context.api, roomId)
  const [old, own] = [named.get(before), named.get(after)]
  // Who had the new name before them was somebody else; two ids of one person have one rank.
  const ofOne = old === undefined ? undefined : Math.max(old, own ?? fallback)
  const ofAnother = old ?? (wasJoined ? null : undefined)
  const rank = event.isMerge === true ? ofOne : ofAnother
  const levels = new Map([
    [before, null],
    [after, rank],
  ])
  await applyLevels(context, portal, { levels, isComplete: false })
}

async function remove(
  context: BridgeContext,
  delivery: Delivery<RemoteMembership>,
  userId: UserId,
  verb: 'kick' | 'ban',
): Promise<void> {
  const { roomId, event } = delivery
  const joined = await context.members.joined(roomId)
  if (verb === 'kick' && !joined.has(userId)) return
  await asActor(context, delivery, (acting) =>
    context.api.changeMembership(verb, roomId, { userId, reason: event.reason }, acting),
  )
  context.members.noticed(roomId, userId, false)
}

/** As whoever did it where the room lets them, else as the bot: that it happened matters more than who is shown. */
async function asActor(
  context: BridgeContext,
  delivery: Delivery<RemoteMembership>,
  act: (acting: Acting) => Promise<void>,
): Promise<void> {
  const { event, portal } = delivery
  if (event.by === undefined) return await act({})
  try {
    const { timestampMs } = event
    await act({ ...(await context.people.acting(portal.chat, event.by.id)), timestampMs })
  } catch (error) {
    if (!(error instanceof MatrixError && error.status === 403)) throw error
    await act({})
  }
}
