import type { Transaction } from '@pons/database'
import type { RoomId } from '@pons/matrix'
import type { BridgeContext } from './bridge-context.ts'
import { linkUsers } from './identity/link-users.ts'
import type { Alongside, IdentityLink } from './network/bridge-host.ts'
import type { RemoteUser } from './network/chat.ts'
import type { RemoteEvent } from './network/remote-event.ts'
import type { ValueStore } from './store/value-store.ts'

/**
 * Makes events durable, and what goes along with them, in one transaction. Identities come first: under which id a portal or
 * a ghost goes must be known before anything is stored for it. Returns the portals that have work.
 */
export async function ingest(
  context: BridgeContext,
  values: ValueStore,
  events: readonly RemoteEvent[],
  alongside: Alongside = {},
): Promise<ReadonlySet<number>> {
  const portals = new Set<number>()
  const abandoned: RoomId[] = []
  const links = [...(alongside.links ?? []), ...events.flatMap(linksOf)]
  await context.db.transaction(async (tx) => {
    for (const link of links) await learn(context, tx, link, { portals, abandoned })
    for (const event of events) {
      const portal = await context.portals.ensure(tx, event.chat)
      await context.journal.add(tx, portal.nid, event, context.clock.now())
      portals.add(portal.nid)
    }
    await values.writeIn(tx, alongside.writes ?? [])
  })
  for (const roomId of abandoned)
    context.logger.warn({ roomId }, 'two portals were one chat; this room is no longer bridged')
  return portals
}

interface Learnt {
  readonly portals: Set<number>
  readonly abandoned: RoomId[]
}

async function learn(context: BridgeContext, tx: Transaction, link: IdentityLink, learnt: Learnt): Promise<void> {
  if ('chat' in link) {
    const roomId = await context.portals.link(tx, link.chat, link.aliases)
    if (roomId !== undefined) learnt.abandoned.push(roomId)
    return
  }
  for (const nid of await linkUsers(context, tx, { id: link.user, aliases: link.aliases })) learnt.portals.add(nid)
}

/** What an event says about who is who. */
function linksOf(event: RemoteEvent): IdentityLink[] {
  const links: IdentityLink[] = peopleIn(event).flatMap(({ id, aliases = [] }) =>
    aliases.length > 0 ? [{ user: id, aliases }] : [],
  )
  if (event.chatAliases !== undefined && event.chatAliases.length > 0) {
    links.push({ chat: event.chat, aliases: event.chatAliases })
  }
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
