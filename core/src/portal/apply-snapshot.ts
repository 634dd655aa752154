import type { UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { ChatMember, ChatSnapshot } from '../network/chat.ts'
import { inParallel } from '../queue/in-parallel.ts'
import { widths } from '../queue/widths.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { applyInfo } from './apply-info.ts'
import { applyLevels } from './apply-levels.ts'
import { isCutOff } from './door.ts'
import { noteDirect } from './note-direct.ts'
import { mendForm } from './mend-form.ts'
import { ownerRanks } from './owner-ranks.ts'

/** The bot must stay above everybody, or it could no longer mend what it is told. */
const belowBot = 99

/** Makes the room show the snapshot with the fewest changes; applying it twice changes nothing. */
export async function applySnapshot(
  context: BridgeContext,
  portal: PortalRecord,
  snapshot: ChatSnapshot,
): Promise<void> {
  if (portal.roomId === undefined) return
  await mendForm(context, portal, snapshot)
  await applyInfo(context, portal, snapshot)
  if (snapshot.members === undefined || (await isCutOff(context, portal.nid))) return
  await applyMembers(context, portal, snapshot)
  await applyRanks(context, portal, snapshot.members, snapshot.membersComplete ?? false)
  await noteDirect(context, portal, snapshot)
}

async function applyRanks(
  context: BridgeContext,
  portal: PortalRecord,
  members: readonly ChatMember[],
  isComplete: boolean,
): Promise<void> {
  const ghosts = new Map<UserId, number | undefined>()
  const owners = new Map<UserId, number>()
  for (const { user, powerLevel } of members) {
    const { userId, isOwner } = await context.people.memberUser(portal.chat, user.id)
    const level = powerLevel === undefined ? undefined : Math.min(powerLevel, belowBot)
    if (!isOwner) ghosts.set(userId, level)
    else if (level !== undefined) owners.set(userId, level)
  }
  // A plumbed room's levels are not ours to set.
  if (portal.isPlumbed) return
  const { levels, record } = await ownerRanks(context, portal, owners)
  await applyLevels(context, portal, { levels: new Map([...ghosts, ...levels]), isComplete })
  await record()
}

async function applyMembers(
  context: BridgeContext,
  portal: PortalRecord,
  { members = [], membersComplete: isComplete = false, kind }: ChatSnapshot,
): Promise<void> {
  const roomId = portal.roomId
  const isDirect = kind === 'direct'
  if (roomId === undefined) return
  const joined = await context.members.joined(roomId)
  const wanted = new Set<UserId>()
  await inParallel(widths.members, members, async ({ user }) => {
    const { userId, isOwner } = await context.people.memberUser(portal.chat, user.id)
    wanted.add(userId)
    if (isOwner) return await context.people.invite(roomId, userId, isDirect)
    await context.ghosts.ensure(user)
    if (!joined.has(userId)) await context.members.ensureJoined(roomId, userId)
  })
  if (!isComplete) return
  const leaving = [...joined].filter((userId) => context.ghosts.isGhost(userId) && !wanted.has(userId))
  await inParallel(widths.members, leaving, (userId) => context.members.ensureLeft(roomId, userId))
}
