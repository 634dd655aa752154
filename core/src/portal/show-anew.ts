import type { PortalRecord } from '../storage/portal-store.ts'
import type { ApplySnapshot } from './apply-snapshot.ts'
import type { FreshSnapshot } from './fresh-snapshot.ts'

export interface ShowAnewParts {
  readonly freshSnapshot: FreshSnapshot
  readonly applySnapshot: ApplySnapshot
}

/** Who came and went, and what the chat was called, while nothing crossed. */
export async function showAnew({ freshSnapshot, applySnapshot }: ShowAnewParts, portal: PortalRecord): Promise<void> {
  const fresh = await freshSnapshot(portal.chat)
  if (fresh !== undefined) await applySnapshot(portal, fresh)
}
