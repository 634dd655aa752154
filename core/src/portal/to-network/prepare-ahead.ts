import { isJsonObject } from '@pons/matrix'
import type { Database } from '@pons/database'
import type { Outbox } from '../../outbox/outbox.ts'
import type { BridgeSettings } from '../../settings.ts'
import type { NeedsOf } from '../../needs-of.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import { doubtOf } from '../../outbox/doubt.ts'
import { pieces } from '../../queue/widths.ts'
import type { InboxRecord } from '../../storage/inbox-store.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import { planEvent, type Plan } from './plan-event.ts'
import { storePlan } from './store-plan.ts'
import { watched } from './watched.ts'

type Needs = {
  readonly db: Database
  readonly outbox: Outbox
  readonly settings: BridgeSettings
  readonly step: (name: string) => void
} & NeedsOf<typeof planEvent | typeof storePlan | typeof watched>

/**
 * Stores what a run of plain messages asks of the network in one commit. Returns for how many of the records, from the
 * first on; 0 leaves the first to be prepared by itself, and to fail by itself where it must.
 */
export async function prepareAhead(
  needs: Needs,
  portal: PortalRecord,
  records: readonly InboxRecord[],
): Promise<number> {
  const plans: Plan[] = []
  for (const { event, attempts } of records.slice(0, pieces.prepared)) {
    if (attempts > 0 || !standsAlone(event)) break
    const plan = await planOf(needs, portal, event)
    if (plan === undefined) break
    plans.push(plan)
  }
  if (plans.length < 2) return 0
  await needs.db.transaction(async (tx) => {
    for (const [index, plan] of plans.entries()) {
      await storePlan(needs, tx, plan)
      const isClaimed = index === 0 || doubtOf(plan.client, needs.settings).claimsRun
      if (isClaimed) await needs.outbox.claim(tx, { eventId: plan.event.event_id, part: 0 })
    }
  })
  needs.step('bridge:outbox-stored')
  return plans.length
}

/** Speaks of nothing that may still be on its way. */
function standsAlone({ type, content, state_key: stateKey }: ClientEvent): boolean {
  return type === 'm.room.message' && stateKey === undefined && !isJsonObject(content['m.relates_to'])
}

/** undefined: not to be prepared ahead, for whatever reason. */
async function planOf(needs: Needs, portal: PortalRecord, event: ClientEvent): Promise<Plan | undefined> {
  // Rows of an earlier run: what became of them is found out first.
  if ((await needs.outbox.ofEvent(event.event_id)).length > 0) return undefined
  try {
    const of = { roomId: portal.roomId, eventId: event.event_id }
    const plan = await watched(needs, of, () => planEvent(needs, portal, event))
    return plan !== undefined && plan.actions.length > 0 ? plan : undefined
  } catch {
    // Said when its turn has come.
    return undefined
  }
}
