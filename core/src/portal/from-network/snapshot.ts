import type { RemoteSnapshot } from '../../network/remote-event.ts'
import type { ApplySnapshot } from '../apply-snapshot.ts'
import type { People } from '../people.ts'
import type { Delivery } from './delivery.ts'

export interface SnapshotParts {
  readonly people: People
  readonly applySnapshot: ApplySnapshot
}

/** The whole of a chat, which whoever's login saw it is brought into. */
export async function deliverSnapshot(
  { people, applySnapshot }: SnapshotParts,
  { portal, roomId, event }: Delivery<RemoteSnapshot>,
): Promise<void> {
  await people.bringOwner({ ...portal, roomId }, event.login, event.snapshot.kind === 'direct')
  await applySnapshot(portal, event.snapshot)
}
