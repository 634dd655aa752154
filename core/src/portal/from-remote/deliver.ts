import type { BridgeContext } from '../../bridge-context.ts'
import type { RemoteEvent } from '../../network/remote-event.ts'
import { deliverChatInfo } from './chat-info.ts'
import type { Delivery } from './delivery.ts'
import { deliverEdit } from './edit.ts'
import { deliverMembership, deliverRename } from './membership.ts'
import { deliverMessage } from './message.ts'
import { deliverNotice } from './notice.ts'
import { isOwnComingBack, takeOwnEffect } from './own-echo.ts'
import { deliverReaction, deliverReactionRemoval, deliverReactionSync } from './reaction.ts'
import { deliverRedaction } from './redaction.ts'

/** Brings one remote event into its room. Repeating it after a crash changes nothing that is there already. */
export async function deliverToMatrix(context: BridgeContext, delivery: Delivery): Promise<void> {
  const { event, portal } = delivery
  if (await isOwnComingBack(context, portal, event)) return await noteTimeOfOwn(context, delivery)
  if (await takeOwnEffect(context, delivery)) return
  switch (event.kind) {
    case 'message':
      return await deliverMessage(context, narrowed(delivery, event))
    case 'edit':
      return await deliverEdit(context, narrowed(delivery, event))
    case 'redaction':
      return await deliverRedaction(context, narrowed(delivery, event))
    case 'reaction':
      return await deliverReaction(context, narrowed(delivery, event))
    case 'reaction-removal':
      return await deliverReactionRemoval(context, narrowed(delivery, event))
    case 'reaction-sync':
      return await deliverReactionSync(context, narrowed(delivery, event))
    case 'membership':
      return await deliverMembership(context, narrowed(delivery, event))
    case 'rename':
      return await deliverRename(context, narrowed(delivery, event))
    case 'chat-info':
      return await deliverChatInfo(context, narrowed(delivery, event))
    case 'snapshot':
      await context.people.bringOwner(
        { ...delivery.portal, roomId: delivery.roomId },
        event.login,
        event.snapshot.kind === 'direct',
      )
      return await context.applySnapshot(delivery.portal, event.snapshot)
    case 'notice':
      return await deliverNotice(context, narrowed(delivery, event))
  }
}

/** Where the answer to what was sent from here has not named its time, what comes back does. */
async function noteTimeOfOwn(context: BridgeContext, delivery: Delivery): Promise<void> {
  const { portal, roomId, event } = delivery
  if (event.kind !== 'message' || event.disappearsAtMs === undefined) return
  const { id, idBy, disappearsAtMs: dueMs } = event
  const own = await context.named.spokenOf(portal, { id, author: idBy })
  if (own === undefined || !('matrix' in own.author)) return
  const goes = { eventId: own.eventId, roomId, sender: own.author.matrix, dueMs }
  delivery.record((tx) => context.disappearances.put(tx, goes))
}

function narrowed<Event extends RemoteEvent>(delivery: Delivery, event: Event): Delivery<Event> {
  return { ...delivery, event }
}
