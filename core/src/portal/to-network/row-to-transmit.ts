import type { UserId } from '@pons/matrix'
import type { NetworkClient } from '../../network/network-client.ts'
import type { Doubt } from '../../outbox/doubt.ts'
import type { OutboxRecord } from '../../storage/outbox-reader.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'

/** One action whose turn has come. */
export interface RowToTransmit {
  readonly portal: PortalRecord
  readonly row: OutboxRecord
  readonly client: NetworkClient
  readonly doubt: Doubt
  /** Who is told, should nobody be able to say whether it was sent. */
  readonly sender: UserId
  readonly signal: AbortSignal
}
