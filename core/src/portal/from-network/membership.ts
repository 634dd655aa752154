import { MatrixError, type UserId } from '@pons/matrix'
import type { Ghosts } from '../../ghost/ghosts.ts'
import type { RemoteMembership, RemoteRename } from '../../network/remote-event.ts'
import type { Acting, MatrixApi } from '../../matrix-side/matrix-api.ts'
import { roomLevels } from '../../matrix-side/room-levels.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import { applyLevels } from '../apply-levels.ts'
import { ownerRanks } from '../owner-ranks.ts'
import type { People } from '../people.ts'
import type { Portals } from '../portals.ts'
import type { RoomMembers } from '../room-members.ts'
import type { Delivery } from './delivery.ts'

export interface MembershipParts {
  readonly api: MatrixApi
  readonly portals: Portals
  readonly people: People
  readonly ghosts: Ghosts
  readonly members: RoomMembers
  readonly step: (name: string) => void
}

export async function deliverMembership(parts: MembershipParts, delivery: Delivery<RemoteMembership>): Promise<void> {
  const { roomId, event, portal } = delivery
  if (await isSo(parts, delivery)) return
  const { userId, isOwner, token } = await parts.people.memberUser(portal.chat, event.user.id)
  switch (event.change) {
    case 'join':
      if (isOwner) await parts.people.invite(roomId, userId)
      else await parts.members.ensureJoined(roomId, await parts.ghosts.ensure(event.user))
      break
    case 'leave':
      if (isOwner && token === undefined) await remove(parts, delivery, userId, 'kick')
      else await parts.members.ensureLeft(roomId, userId, { reason: event.reason, token })
      break
    case 'invite':
      if (!isOwner) await parts.ghosts.ensure(event.user)
      await asActor(parts, delivery, (acting) => parts.api.changeMembership('invite', roomId, { userId }, acting))
      break
    case 'unban':
      await parts.api.changeMembership('unban', roomId, { userId, reason: event.reason })
      break
    case 'kick':
    case 'ban':
      await remove(parts, delivery, userId, event.change)
  }
  // Whoever comes back, or takes the name over, has the rank that the network gives them then.
  if (endsRank.has(event.change)) await endRank(parts, portal, { userId, isOwner })
  parts.step('bridge:matrix-sent')
}

/** What somebody of Matrix had by their rank, and no more. */
async function endRank(
  parts: MembershipParts,
  portal: PortalRecord,
  { userId, isOwner }: { readonly userId: UserId; readonly isOwner: boolean },
): Promise<void> {
  const { levels, record } = isOwner
    ? await ownerRanks(parts, portal, new Map([[userId, 0]]))
    : { levels: new Map([[userId, null]]), record: () => Promise.resolve() }
  await applyLevels(parts, portal, { levels, isComplete: false })
  await record()
}

const endsRank: ReadonlySet<RemoteMembership['change']> = new Set(['leave', 'kick', 'ban'])

/** What was done from here is so already when the network tells of it; done again it would be refused, or stand there twice. */
async function isSo(parts: MembershipParts, { portal, roomId, event }: Delivery<RemoteMembership>): Promise<boolean> {
  const already = saysAlready[event.change]
  if (already === undefined) return false
  const { userId } = await parts.people.memberUser(portal.chat, event.user.id)
  const state = await parts.api.getState(roomId, 'm.room.member', userId)
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
export async function deliverRename(parts: MembershipParts, delivery: Delivery<RemoteRename>): Promise<void> {
  const { roomId, event } = delivery
  const before = parts.ghosts.ownUserIdOf(event.from)
  const wasJoined = (await parts.members.joined(roomId)).has(before)
  const isOver = event.isMerge === true && !wasJoined
  const after = isOver ? parts.ghosts.userIdOf(event.to.id) : await parts.ghosts.ensure(event.to)
  if (!isOver) await parts.members.ensureJoined(roomId, after)
  if (before === after) return
  const name = event.to.name ?? event.to.id
  await parts.members.ensureLeft(roomId, before, { reason: `is now known as ${name}` })
  await carryRank(parts, delivery, { before, after, wasJoined })
  parts.step('bridge:matrix-sent')
}

/** In one event, after the old ghost has left: whatever a crash cuts short, a second time finds the rank on one of the two. */
async function carryRank(
  parts: MembershipParts,
  { portal, roomId, event }: Delivery<RemoteRename>,
  { before, after, wasJoined }: { before: UserId; after: UserId; wasJoined: boolean },
): Promise<void> {
  const { named, fallback } = await roomLevels(parts.api, roomId)
  const [old, own] = [named.get(before), named.get(after)]
  // Who had the new name before them was somebody else; two ids of one person have one rank.
  const ofOne = old === undefined ? undefined : Math.max(old, own ?? fallback)
  const ofAnother = old ?? (wasJoined ? null : undefined)
  const rank = event.isMerge === true ? ofOne : ofAnother
  const levels = new Map([
    [before, null],
    [after, rank],
  ])
  await applyLevels(parts, portal, { levels, isComplete: false })
}

async function remove(
  parts: MembershipParts,
  delivery: Delivery<RemoteMembership>,
  userId: UserId,
  verb: 'kick' | 'ban',
): Promise<void> {
  const { roomId, event } = delivery
  const joined = await parts.members.joined(roomId)
  if (verb === 'kick' && !joined.has(userId)) return
  await asActor(parts, delivery, (acting) =>
    parts.api.changeMembership(verb, roomId, { userId, reason: event.reason }, acting),
  )
  parts.members.noticed(roomId, userId, false)
}

/** As whoever did it where the room lets them, else as the bot: that it happened matters more than who is shown. */
async function asActor(
  parts: MembershipParts,
  delivery: Delivery<RemoteMembership>,
  act: (acting: Acting) => Promise<void>,
): Promise<void> {
  const { event, portal } = delivery
  if (event.by === undefined) return await act({})
  try {
    const { timestampMs } = event
    await act({ ...(await parts.people.acting(portal.chat, event.by.id)), timestampMs })
  } catch (error) {
    if (!(error instanceof MatrixError && error.status === 403)) throw error
    await act({})
  }
}
