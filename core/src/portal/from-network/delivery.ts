import type { Transaction } from '@pons/database'
import type { RoomId } from '@pons/matrix'
import type { RemoteEvent } from '../../network/remote-event.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'

/** One journalled event on its way into its room. */
export interface Delivery<Event extends RemoteEvent = RemoteEvent> {
  readonly portal: PortalRecord
  readonly roomId: RoomId
  readonly event: Event
  /** Writes in the same transaction that marks the event done. */
  record(write: (tx: Transaction) => Promise<void>): void
}
