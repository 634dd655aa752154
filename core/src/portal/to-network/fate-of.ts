import type { Logger } from 'pino'
import type { NetworkConnector } from '../../network/connector.ts'
import type { Portals } from '../portals.ts'
import type { NeedsOf } from '../../needs-of.ts'
import { BridgeError } from '../../bridge-error.ts'
import type { Fate } from '../../network/network-client.ts'
import type { Doubt } from '../../outbox/doubt.ts'
import type { RowToTransmit } from './row-to-transmit.ts'
import { transmitRequest } from './transmit-request.ts'
import { watched } from './watched.ts'

type Needs = {
  readonly connector: NetworkConnector
  readonly logger: Logger
  readonly portals: Portals
} & NeedsOf<typeof watched>

/** What became of a row that was interrupted. `not-sent` also where a repeat is harmless, by the network's own key. */
export async function fateOf(needs: Needs, work: RowToTransmit): Promise<Fate> {
  const { doubt, row } = work
  if (doubt.lookUp === undefined) return { fate: 'not-sent' }
  const fate = await lookedUp(needs, work, doubt.lookUp)
  needs.logger.info({ eventId: row.eventId, part: row.part, fate: fate.fate }, 'interrupted send looked up')
  return fate.fate === 'unknown' && doubt.ifUnknown === 'resend' ? { fate: 'not-sent' } : fate
}

/** A look-up that fails says nothing of the send: the row stays as it is, and is looked up again. */
async function lookedUp(needs: Needs, work: RowToTransmit, lookUp: NonNullable<Doubt['lookUp']>): Promise<Fate> {
  const { row } = work
  try {
    const portal = await needs.portals.byNid(row.portalNid)
    const request = {
      ...transmitRequest(needs, work),
      startedAtMs: row.startedMs ?? 0,
      ...(portal.lastConfirmed !== undefined && { lastConfirmed: portal.lastConfirmed }),
    }
    const of = { roomId: portal.roomId, eventId: row.eventId }
    const fate = await watched(needs, of, () => lookUp(row.action, request))
    if (fate.fate === 'unknown' && work.signal.aborted) throw new BridgeError('the look-up was broken off')
    return fate
  } catch (error) {
    const words = error instanceof BridgeError ? error.message : 'the look-up failed'
    throw new BridgeError(
      `the bridge was cut off while sending this, and cannot find out whether it arrived: ${words}`,
      {
        isCertain: false,
        isRetryable: true,
        cause: error,
      },
    )
  }
}
