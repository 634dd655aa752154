import type { UserId } from '@pons/matrix'
import type { RemoteChatInfo } from '../../network/remote-event.ts'
import type { ApplyInfo } from '../apply-info.ts'
import { applyLevels, type LevelsParts } from '../apply-levels.ts'
import { isCutOff } from '../door.ts'
import { ownerRanks, type RanksParts } from '../owner-ranks.ts'
import type { People } from '../people.ts'
import { showAnew, type ShowAnewParts } from '../show-anew.ts'
import { takeName, type TakeNameParts } from '../take-name.ts'
import type { Delivery } from './delivery.ts'

export interface ChatInfoParts extends TakeNameParts, ShowAnewParts, RanksParts, LevelsParts {
  readonly people: People
  readonly applyInfo: ApplyInfo
  readonly step: (name: string) => void
}

export async function deliverChatInfo(parts: ChatInfoParts, delivery: Delivery<RemoteChatInfo>): Promise<void> {
  const { portal, event } = delivery
  if (event.formerChat !== undefined) await takeName(parts, portal)
  const acting = event.sender === undefined ? {} : await parts.people.acting(portal.chat, event.sender.id)
  const wasCutOff = await isCutOff(parts, portal.nid)
  await parts.applyInfo(portal, event.changes, {
    acting: { ...acting, timestampMs: event.timestampMs },
    isChange: true,
  })
  if (wasCutOff && !(await isCutOff(parts, portal.nid))) await showAnew(parts, portal)
  if (event.levels !== undefined && !(await isCutOff(parts, portal.nid))) {
    const ghosts = new Map<UserId, number>()
    const owners = new Map<UserId, number>()
    for (const { user, powerLevel } of event.levels) {
      const { userId, isOwner } = await parts.people.memberUser(portal.chat, user)
      const among = isOwner ? owners : ghosts
      among.set(userId, powerLevel)
    }
    const { levels, record } = await ownerRanks(parts, portal, owners)
    await applyLevels(parts, portal, { levels: new Map([...ghosts, ...levels]), isComplete: false })
    await record()
  }
  parts.step('bridge:matrix-sent')
}
