import type { BridgeContext } from '../bridge-context.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { freshSnapshot } from './fresh-snapshot.ts'

/** Who came and went, and what the chat was called, while nothing crossed. */
export async function showAnew(context: BridgeContext, portal: PortalRecord): Promise<void> {
  const fresh = await freshSnapshot(context, portal.chat)
  if (fresh !== undefined) await applySnapshot(context, portal, fresh)
}
