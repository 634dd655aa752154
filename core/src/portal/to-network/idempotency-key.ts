import type { NetworkConnector } from '../../network/connector.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { IdempotencyKey } from '../../network/ids.ts'
import type { OutboxRecord } from '../../storage/outbox-reader.ts'

/** The same on every repeat of an action. */
export function idempotencyKeyOf(
  { connector }: { readonly connector: NetworkConnector },
  { eventId, part }: Pick<OutboxRecord, 'eventId' | 'part'>,
): IdempotencyKey {
  return txnIdOf(connector.info.id, eventId, part) as string as IdempotencyKey
}
