import type { UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { RemoteChatInfo } from '../../network/remote-event.ts'
import { applyLevels } from '../apply-levels.ts'
import { isCutOff } from '../door.ts'
import { ownerRanks } from '../owner-ranks.ts'
import { showAnew } from '../show-anew.ts'
import { takeName } from '../take-name.ts'
import type { Delivery } from './delivery.ts'

export async function deliverChatInfo(context: BridgeContext, delivery: Delivery<RemoteChatInfo>): Promise<void> {
  const { portal, event } = delivery
  if (event.formerChat !== undefined) await takeName(context, portal)
  const acting = event.sender === undefined ? {} : await context.people.acting(portal.chat, event.sender.id)
  const wasCutOff = await isCutOff(context, portal.nid)
  await context.applyInfo(portal, event.changes, {
    acting: { ...acting, timestampMs: event.timestampMs },
    isChange: true,
  })
  if (wasCutOff && !(await isCutOff(context, portal.nid))) await showAnew(context, portal)
  if (event.levels !== undefined && !(await isCutOff(context, portal.nid))) {
    const ghosts = new Map<UserId, number>()
    const owners = new Map<UserId, number>()
    for (const { user, powerLevel } of event.levels) {
      const { userId, isOwner } = await context.people.memberUser(portal.chat, user)
      const among = isOwner ? owners : ghosts
      among.set(userId, powerLevel)
    }
    const { levels, record } = await ownerRanks(context, portal, owners)
    await applyLevels(context, portal, { levels: new Map([...ghosts, ...levels]), isComplete: false })
    await record()
  }
  context.step('bridge:matrix-sent')
}
