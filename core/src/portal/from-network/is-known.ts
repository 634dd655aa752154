import type { Database, Queryable } from '@pons/database'
import type { Aliases } from '../../identity/aliases.ts'
import { journalKeys, type EventName } from '../../identity/journal-key.ts'
import type { RemoteEvent } from '../../network/remote-event.ts'
import type { JournalStore } from '../../storage/journal-store.ts'
import type { MessageRecord, MessageStore } from '../../storage/message-store.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import type { NamedMessages } from './named-messages.ts'

export interface IsKnownParts {
  readonly db: Database
  readonly aliases: Aliases
  readonly journal: JournalStore
  readonly messages: MessageStore
  readonly named: NamedMessages
}

/** Was it taken in before? A row of before authors were kept with ids counts where nothing says that it is somebody else's. */
export async function isKnown(
  { db, aliases, journal, messages, named }: IsKnownParts,
  portal: Pick<PortalRecord, 'nid' | 'chat'>,
  event: EventName,
  on: Queryable = db,
): Promise<boolean> {
  const { id, idBy } = event
  const keys = journalKeys(aliases, event)
  const rows = await journal.under(portal.nid, idBy === undefined ? keys : [...keys, id], on)
  if (idBy === undefined || rows.some(({ key }) => key !== id)) return rows.length > 0
  const [bare] = rows
  if (bare === undefined) return false
  const isTheirs = (author: MessageRecord['author']): boolean =>
    named.isBy(author, { id: idBy, ...event.sender }, portal.chat)
  const sender = bare.event && senderOf(bare.event)
  if (sender !== undefined) return isTheirs({ remote: sender.id })
  const known = await messages.withRemoteId(portal.nid, id, on)
  return known.length === 0 || known.some(({ author }) => isTheirs(author))
}

function senderOf(event: RemoteEvent): EventName['sender'] {
  return 'sender' in event ? event.sender : undefined
}
