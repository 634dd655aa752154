import type { UserId } from '@pons/matrix'
import type { Ghosts } from '../ghost/ghosts.ts'
import type { Logins } from '../login/logins.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { ChatSnapshot } from '../network/chat.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { ApplyInfo } from './apply-info.ts'
import type { People } from './people.ts'
import type { Portals } from './portals.ts'
import { ensureServiceMembers } from './room-form.ts'

export interface DirectParts {
  readonly portals: Portals
  readonly logins: Logins
  readonly ghosts: Ghosts
  readonly people: People
  readonly api: MatrixApi
  readonly botUserId: UserId
  readonly applyInfo: ApplyInfo
}

/** A private chat stands under its person's direct messages, once, and is named after whom they talk to there. */
export async function noteDirect(
  parts: DirectParts,
  portal: PortalRecord,
  { kind, name, members = [] }: ChatSnapshot,
): Promise<void> {
  const { chat, roomId, isPlumbed, applied } = await parts.portals.byNid(portal.nid)
  const owner = chat.receiver === undefined ? undefined : parts.logins.ownerOf(chat.receiver)
  const isToBeNoted = kind === 'direct' && !isPlumbed && owner !== undefined && owner !== applied.directFor
  if (roomId === undefined || !isToBeNoted) return
  if (name !== undefined && applied.name === undefined) await parts.applyInfo({ ...portal, roomId }, { name })
  const { other, ownGhosts } = await partiesOf(parts, chat, members)
  await ensureServiceMembers(parts.api, roomId, [parts.botUserId, ...ownGhosts])
  await parts.people.listAsDirect(roomId, { owner, other: other ?? owner })
  await parts.portals.setApplied(portal, { directFor: owner })
}

/** Where nobody acts for its person, a ghost stands for them beside them. */
async function partiesOf(
  parts: DirectParts,
  chat: PortalRecord['chat'],
  members: NonNullable<ChatSnapshot['members']>,
): Promise<{ other: UserId | undefined; ownGhosts: readonly UserId[] }> {
  const ownGhosts: UserId[] = []
  let other: UserId | undefined
  for (const { user } of members) {
    const { userId, isOwner } = await parts.people.memberUser(chat, user.id)
    if (isOwner) ownGhosts.push(parts.ghosts.userIdOf(user.id))
    else other ??= userId
  }
  return { other, ownGhosts }
}
