import type { Database, Transaction } from '@pons/database'
import type { RoomId, Clock } from '@pons/matrix'
import type { Logger } from 'pino'
import type { Aliases } from '../identity/aliases.ts'
import { journalKey } from '../identity/journal-key.ts'
import { linkUsers, type LinkUsersParts } from '../identity/link-users.ts'
import { eventTime } from '../matrix-side/event-time.ts'
import type { Alongside, IdentityLink } from '../network/bridge-host.ts'
import type { RemoteUser } from '../network/chat.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import { isKnown, type IsKnownParts } from '../portal/from-network/is-known.ts'
import type { Portals } from '../portal/portals.ts'
import type { JournalStore } from '../storage/journal-store.ts'
import type { ValueStore } from '../storage/value-store.ts'

export interface IngestParts extends TimeParts, LearningParts, IsKnownParts {
  readonly db: Database
  readonly aliases: Aliases
  readonly journal: JournalStore
  readonly portals: Portals
  readonly values: ValueStore
  readonly clock: Clock
}

interface TimeParts {
  readonly clock: Clock
  readonly logger: Logger
}

interface LearningParts extends LinkUsersParts {
  readonly aliases: Aliases
  readonly portals: Portals
}

/**
 * Makes events durable, and what goes along with them, in one transaction. Identities come first: under which id a portal or
 * a ghost goes must be known before anything is stored for it. Returns the portals that have work.
 */
export async function ingest(
  parts: IngestParts,
  events: readonly RemoteEvent[],
  alongside: Alongside = {},
): Promise<ReadonlySet<number>> {
  const { db, portals, journal, aliases, values, clock, logger } = parts
  const withWork = new Set<number>()
  const abandoned: RoomId[] = []
  const links = [...(alongside.links ?? []), ...events.flatMap(linksOf)]
  await db.transaction(async (tx) => {
    for (const link of links) await learn(parts, tx, link, { portals: withWork, abandoned })
    for (const event of events) {
      const portal = await portals.ensure(tx, event.chat)
      if (event.idBy === undefined || !(await isKnown(parts, portal, event, tx))) {
        const as = { key: journalKey(aliases, event), nowMs: clock.now() }
        await journal.add(tx, portal.nid, timely(parts, event), as)
      }
      withWork.add(portal.nid)
    }
    await values.writeIn(tx, alongside.writes ?? [])
  })
  for (const roomId of abandoned) logger.warn({ roomId }, 'two portals were one chat; this room is no longer bridged')
  return withWork
}

/** With a time that every store and every homeserver takes, whatever the clock of the network or of this host says. */
function timely({ clock, logger }: TimeParts, event: RemoteEvent): RemoteEvent {
  const timestampMs = eventTime(clock, event.timestampMs)
  if (timestampMs === event.timestampMs) return event
  logger.warn({ given: event.timestampMs, taken: timestampMs, kind: event.kind }, 'time of an event is out of range')
  return { ...event, timestampMs }
}

interface Learnt {
  readonly portals: Set<number>
  readonly abandoned: RoomId[]
}

async function learn(parts: LearningParts, tx: Transaction, link: IdentityLink, learnt: Learnt): Promise<void> {
  if ('chat' in link) {
    const roomId =
      'former' in link
        ? await parts.portals.rename(tx, link.chat, link.former)
        : await parts.portals.link(tx, link.chat, link.aliases)
    if (roomId !== undefined) learnt.abandoned.push(roomId)
    return
  }
  for (const nid of await linkUsers(parts, tx, { id: link.user, aliases: link.aliases })) learnt.portals.add(nid)
}

/** What an event says about who is who. */
function linksOf(event: RemoteEvent): IdentityLink[] {
  const links: IdentityLink[] = peopleIn(event).flatMap(({ id, aliases = [] }) =>
    aliases.length > 0 ? [{ user: id, aliases }] : [],
  )
  if (event.chatAliases !== undefined && event.chatAliases.length > 0) {
    links.push({ chat: event.chat, aliases: event.chatAliases })
  }
  if (event.formerChat !== undefined) links.push({ chat: event.chat, former: event.formerChat })
  return links
}

function peopleIn(event: RemoteEvent): readonly RemoteUser[] {
  switch (event.kind) {
    case 'message':
      return [event.sender, ...(event.createPortal?.members ?? []).map(({ user }) => user)]
    case 'edit':
    case 'redaction':
    case 'reaction':
    case 'reaction-removal':
      return [event.sender]
    case 'reaction-sync':
      return event.reactions.map(({ sender }) => sender)
    case 'membership':
      return event.by === undefined ? [event.user] : [event.user, event.by]
    case 'rename':
      return [event.to]
    case 'chat-info':
      return event.sender === undefined ? [] : [event.sender]
    case 'snapshot':
      return (event.snapshot.members ?? []).map(({ user }) => user)
    case 'notice':
      return []
  }
}
