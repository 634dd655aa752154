import type { UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { RemoteChatInfo } from '../../network/remote-event.ts'
import { applyInfo } from '../apply-info.ts'
import { applyLevels } from '../apply-levels.ts'
import { memberUser } from '../member-user.ts'
import type { Delivery } from './delivery.ts'

export async function deliverChatInfo(context: BridgeContext, delivery: Delivery<RemoteChatInfo>): Promise<void> {
  const { portal, event } = delivery
  const actor = event.sender && context.ghosts.userIdOf(event.sender.id)
  await applyInfo(context, portal, event.changes, {
    ...(actor !== undefined && { actAs: actor }),
    timestampMs: event.timestampMs,
  })
  if (event.levels !== undefined) {
    const levels = new Map<UserId, number>()
    for (const { user, powerLevel } of event.levels) levels.set((await memberUser(context, user)).userId, powerLevel)
    await applyLevels(context, portal, { levels, isComplete: false })
  }
  context.step('bridge:matrix-sent')
}
