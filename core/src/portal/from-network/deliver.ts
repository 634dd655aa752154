import type { Disappearances } from '../../disappearing/disappearances.ts'
import type { RemoteEvent } from '../../network/remote-event.ts'
import type { Deliverers } from './deliverers.ts'
import type { Delivery } from './delivery.ts'
import type { NamedMessages } from './named-messages.ts'
import { isOwnComingBack, takeOwnEffect, type OwnEchoParts, type OwnEffectParts } from './own-echo.ts'

export type DeliverParts = OwnEchoParts & OwnEffectParts & OwnTimeParts & { readonly deliverers: Deliverers }

interface OwnTimeParts {
  readonly named: NamedMessages
  readonly disappearances: Disappearances
}

/** Brings one remote event into its room. Repeating it after a crash changes nothing that is there already. */
export async function deliverToMatrix(parts: DeliverParts, delivery: Delivery): Promise<void> {
  const { event, portal } = delivery
  if (await isOwnComingBack(parts, portal, event)) return await noteTimeOfOwn(parts, delivery)
  if (await takeOwnEffect(parts, delivery)) return
  const { deliverers } = parts
  switch (event.kind) {
    case 'message':
      return await deliverers.message(narrowed(delivery, event))
    case 'edit':
      return await deliverers.edit(narrowed(delivery, event))
    case 'redaction':
      return await deliverers.redaction(narrowed(delivery, event))
    case 'reaction':
      return await deliverers.reaction(narrowed(delivery, event))
    case 'reaction-removal':
      return await deliverers['reaction-removal'](narrowed(delivery, event))
    case 'reaction-sync':
      return await deliverers['reaction-sync'](narrowed(delivery, event))
    case 'membership':
      return await deliverers.membership(narrowed(delivery, event))
    case 'rename':
      return await deliverers.rename(narrowed(delivery, event))
    case 'chat-info':
      return await deliverers['chat-info'](narrowed(delivery, event))
    case 'snapshot':
      return await deliverers.snapshot(narrowed(delivery, event))
    case 'notice':
      return await deliverers.notice(narrowed(delivery, event))
  }
}

/** Where the answer to what was sent from here has not named its time, what comes back does. */
async function noteTimeOfOwn({ named, disappearances }: OwnTimeParts, delivery: Delivery): Promise<void> {
  const { portal, roomId, event } = delivery
  if (event.kind !== 'message' || event.disappearsAtMs === undefined) return
  const { id, idBy, disappearsAtMs: dueMs } = event
  const own = await named.spokenOf(portal, { id, author: idBy })
  if (own === undefined || !('matrix' in own.author)) return
  const goes = { eventId: own.eventId, roomId, sender: own.author.matrix, dueMs }
  delivery.record((tx) => disappearances.put(tx, goes))
}

function narrowed<Event extends RemoteEvent>(delivery: Delivery, event: Event): Delivery<Event> {
  return { ...delivery, event }
}
