import type { UserId } from '@pons/matrix'
import type { ChatMember, ChatSnapshot } from '../network/chat.ts'
import { inParallel } from '../queue/in-parallel.ts'
import { widths } from '../queue/widths.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { applyLevels } from './apply-levels.ts'
import { isCutOff } from './door.ts'
import type { MendForm } from './mend-form.ts'
import { noteDirect, type DirectParts } from './note-direct.ts'
import { ownerRanks } from './owner-ranks.ts'
import type { RoomMembers } from './room-members.ts'

/** The bot must stay above everybody, or it could no longer mend what it is told. */
const belowBot = 99

/** Makes the room show the snapshot with the fewest changes; applying it twice changes nothing. */
export type ApplySnapshot = (portal: PortalRecord, snapshot: ChatSnapshot) => Promise<void>

export interface SnapshotParts extends DirectParts {
  readonly mendForm: MendForm
  readonly members: RoomMembers
}

export function snapshotApplier(parts: SnapshotParts): ApplySnapshot {
  return async (portal, snapshot) => {
    if (portal.roomId === undefined) return
    await parts.mendForm(portal, snapshot)
    await parts.applyInfo(portal, snapshot)
    if (snapshot.members === undefined || (await isCutOff(parts, portal.nid))) return
    await applyMembers(parts, portal, snapshot)
    await applyRanks(parts, portal, snapshot.members, snapshot.membersComplete ?? false)
    await noteDirect(parts, portal, snapshot)
  }
}

async function applyRanks(
  parts: SnapshotParts,
  portal: PortalRecord,
  members: readonly ChatMember[],
  isComplete: boolean,
): Promise<void> {
  const ghosts = new Map<UserId, number | undefined>()
  const owners = new Map<UserId, number>()
  for (const { user, powerLevel } of members) {
    const { userId, isOwner } = await parts.people.memberUser(portal.chat, user.id)
    const level = powerLevel === undefined ? undefined : Math.min(powerLevel, belowBot)
    if (!isOwner) ghosts.set(userId, level)
    else if (level !== undefined) owners.set(userId, level)
  }
  // A plumbed room's levels are not ours to set.
  if (portal.isPlumbed) return
  const { levels, record } = await ownerRanks(parts, portal, owners)
  await applyLevels(parts, portal, { levels: new Map([...ghosts, ...levels]), isComplete })
  await record()
}

async function applyMembers(
  parts: SnapshotParts,
  portal: PortalRecord,
  { members = [], membersComplete: isComplete = false, kind }: ChatSnapshot,
): Promise<void> {
  const roomId = portal.roomId
  const isDirect = kind === 'direct'
  if (roomId === undefined) return
  const joined = await parts.members.joined(roomId)
  const wanted = new Set<UserId>()
  await inParallel(widths.members, members, async ({ user }) => {
    const { userId, isOwner } = await parts.people.memberUser(portal.chat, user.id)
    wanted.add(userId)
    if (isOwner) return await parts.people.invite(roomId, userId, isDirect)
    await parts.ghosts.ensure(user)
    if (!joined.has(userId)) await parts.members.ensureJoined(roomId, userId)
  })
  if (!isComplete) return
  const leaving = [...joined].filter((userId) => parts.ghosts.isGhost(userId) && !wanted.has(userId))
  await inParallel(widths.members, leaving, (userId) => parts.members.ensureLeft(roomId, userId))
}
