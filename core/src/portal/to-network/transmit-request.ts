import type { NetworkConnector } from '../../network/connector.ts'
import type { TransmitContext } from '../../network/network-client.ts'
import { idempotencyKeyOf } from './idempotency-key.ts'
import type { RowToTransmit } from './row-to-transmit.ts'

/** What an adapter is told along with an action. */
export function transmitRequest(
  needs: { readonly connector: NetworkConnector },
  { portal, row, signal }: Pick<RowToTransmit, 'portal' | 'row' | 'signal'>,
): TransmitContext {
  const { startedMs } = row
  const key = idempotencyKeyOf(needs, row)
  const earlier = startedMs === undefined ? {} : { startedAtMs: startedMs }
  return { chat: portal.chat, key, ...earlier, signal }
}
