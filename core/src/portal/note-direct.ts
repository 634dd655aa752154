import type { UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { ChatSnapshot } from '../network/chat.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { applyInfo } from './apply-info.ts'
import { ensureServiceMembers } from './room-form.ts'

/** A private chat stands under its person's direct messages, once, and is named after whom they talk to there. */
export async function noteDirect(
  context: BridgeContext,
  portal: PortalRecord,
  { kind, name, members = [] }: ChatSnapshot,
): Promise<void> {
  const { chat, roomId, isPlumbed, applied } = await context.portals.byNid(portal.nid)
  const owner = chat.receiver === undefined ? undefined : context.logins.ownerOf(chat.receiver)
  const isToBeNoted = kind === 'direct' && !isPlumbed && owner !== undefined && owner !== applied.directFor
  if (roomId === undefined || !isToBeNoted) return
  if (name !== undefined && applied.name === undefined) await applyInfo(context, { ...portal, roomId }, { name })
  const { other, ownGhosts } = await partiesOf(context, chat, members)
  await ensureServiceMembers(context, roomId, [context.botUserId, ...ownGhosts])
  await context.people.listAsDirect(roomId, { owner, other: other ?? owner })
  await context.portals.setApplied(portal, { directFor: owner })
}

/** Where nobody acts for its person, a ghost stands for them beside them. */
async function partiesOf(
  context: BridgeContext,
  chat: PortalRecord['chat'],
  members: NonNullable<ChatSnapshot['members']>,
): Promise<{ other: UserId | undefined; ownGhosts: readonly UserId[] }> {
  const ownGhosts: UserId[] = []
  let other: UserId | undefined
  for (const { user } of members) {
    const { userId, isOwner } = await context.people.memberUser(chat, user.id)
    if (isOwner) ownGhosts.push(context.ghosts.userIdOf(user.id))
    else other ??= userId
  }
  return { other, ownGhosts }
}
