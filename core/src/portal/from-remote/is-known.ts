import type { Queryable } from '@pons/database'
import type { BridgeContext } from '../../bridge-context.ts'
import { journalKeys, type EventName } from '../../identity/journal-key.ts'
import type { RemoteEvent } from '../../network/remote-event.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import { isByPerson } from './is-by.ts'

/** Was it taken in before? A row of before authors were kept with ids counts where nothing says that it is somebody else's. */
export async function isKnown(
  context: BridgeContext,
  portal: Pick<PortalRecord, 'nid' | 'chat'>,
  event: EventName,
  on: Queryable = context.db,
): Promise<boolean> {
  const { id, idBy } = event
  const keys = journalKeys(context.aliases, event)
  const rows = await context.journal.under(portal.nid, idBy === undefined ? keys : [...keys, id], on)
  if (idBy === undefined || rows.some(({ key }) => key !== id)) return rows.length > 0
  const [bare] = rows
  if (bare === undefined) return false
  const isTheirs = (author: Parameters<typeof isByPerson>[1]): boolean =>
    isByPerson(context, author, { id: idBy, ...event.sender }, portal.chat)
  const sender = bare.event && senderOf(bare.event)
  if (sender !== undefined) return isTheirs({ remote: sender.id })
  const messages = await context.messages.withRemoteId(portal.nid, id, on)
  return messages.length === 0 || messages.some(({ author }) => isTheirs(author))
}

function senderOf(event: RemoteEvent): EventName['sender'] {
  return 'sender' in event ? event.sender : undefined
}
