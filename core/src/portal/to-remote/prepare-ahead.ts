import { isJsonObject } from '@pons/matrix'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import type { InboxRecord } from '../../store/inbox-store.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import { planEvent, storePlan, type Plan, type ToRemote } from './plan-event.ts'
import { watched } from './watched.ts'

/** Few enough that preparing them leaves the event loop to others every few milliseconds. */
const maxAhead = 16

/**
 * Stores what a run of plain messages asks of the network in one commit. Returns for how many of the records, from the
 * first on; 0 leaves the first to be prepared by itself, and to fail by itself where it must.
 */
export async function prepareAhead(
  parts: ToRemote,
  portal: PortalRecord,
  records: readonly InboxRecord[],
): Promise<number> {
  const plans: Plan[] = []
  for (const { event, attempts } of records.slice(0, maxAhead)) {
    if (attempts > 0 || !standsAlone(event)) break
    const plan = await planOf(parts, portal, event)
    if (plan === undefined) break
    plans.push(plan)
  }
  if (plans.length < 2) return 0
  const { context } = parts
  await context.db.transaction(async (tx) => {
    for (const [index, plan] of plans.entries()) {
      await storePlan(context, tx, plan)
      // Where the network knows a repeat, all may be claimed at once; else nobody could tell after a crash which had been sent.
      const isClaimed = index === 0 || plan.client.recover === undefined
      if (isClaimed) await context.claims.claim(tx, { eventId: plan.event.event_id, part: 0 })
    }
  })
  context.step('bridge:outbox-stored')
  return plans.length
}

/** Speaks of nothing that may still be on its way. */
function standsAlone({ type, content, state_key: stateKey }: ClientEvent): boolean {
  return type === 'm.room.message' && stateKey === undefined && !isJsonObject(content['m.relates_to'])
}

/** undefined: not to be prepared ahead, for whatever reason. */
async function planOf(parts: ToRemote, portal: PortalRecord, event: ClientEvent): Promise<Plan | undefined> {
  // Rows of an earlier run: what became of them is found out first.
  if ((await parts.context.outbox.ofEvent(event.event_id)).length > 0) return undefined
  try {
    const of = { roomId: portal.roomId, eventId: event.event_id }
    const plan = await watched(parts.context, of, () => planEvent(parts, portal, event))
    return plan !== undefined && plan.actions.length > 0 ? plan : undefined
  } catch {
    // Said when its turn has come.
    return undefined
  }
}
