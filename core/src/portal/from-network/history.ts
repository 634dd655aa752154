import type { RoomId } from '@pons/matrix'
import type { Logger } from 'pino'
import { BridgeError } from '../../bridge-error.ts'
import type { TellRoom } from '../../matrix-side/tell-room.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import { isRetryable } from '../../retry.ts'
import type { BridgeSettings } from '../../settings.ts'
import type { JournalRecord } from '../../storage/journal-store.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import type { Portals } from '../portals.ts'
import type { DeliverOld } from './deliver-old.ts'
import type { ReadHistory } from './read-history.ts'

export interface HistoryParts extends UnreadParts {
  readonly portals: Portals
  readonly readHistory: ReadHistory
  readonly deliverOld: DeliverOld
  readonly step: (name: string) => void
  readonly logger: Logger
  readonly signal: AbortSignal
}

interface UnreadParts {
  readonly settings: BridgeSettings
  readonly connector: NetworkConnector
  readonly tellRoom: TellRoom
}

const maxTries = 3

/**
 * What was said before the portal was made, delivered once, ahead of the first event. A crash in the middle begins anew:
 * what is in the room already is known by its transaction ids.
 */
export async function deliverHistory(
  parts: HistoryParts,
  portal: PortalRecord & { readonly roomId: RoomId },
  { event: first, attempts }: Pick<JournalRecord, 'event' | 'attempts'>,
): Promise<void> {
  const { hasHistory } = await parts.portals.byNid(portal.nid)
  if (hasHistory) return
  const messages = await parts.readHistory(portal, first).catch(async (error: unknown) => {
    // What is said now must not be held up for ever by what was said before, nor be given up for it.
    if (parts.signal.aborted || (attempts < maxTries && isRetryable(error))) throw error
    parts.logger.warn({ err: error, portalNid: portal.nid }, 'history could not be read')
    await tellUnread(parts, portal, error)
    return []
  })
  for (const message of messages) {
    await parts.deliverOld(portal, message)
    parts.step('bridge:history-delivered')
  }
  await parts.portals.setHasHistory(portal)
}

/** Once, before what is said now. */
async function tellUnread(parts: UnreadParts, { chat, roomId }: PortalRecord, error: unknown): Promise<void> {
  if (!parts.settings.failure_notices) return
  const why = error instanceof BridgeError ? error.message : 'the network did not give it'
  const content = { msgtype: 'm.notice', body: `What was said here before could not be read: ${why}` }
  const txnId = txnIdOf('unread-history', parts.connector.info.id, chat.chat, chat.receiver ?? '')
  await parts.tellRoom(roomId, { type: 'm.room.message', txnId, content })
}
