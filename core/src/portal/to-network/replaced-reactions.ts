import { isEventId, isJsonObject } from '@pons/matrix'
import type { Database } from '@pons/database'
import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import type { ClientEvent } from '../../matrix-side/client-event.ts'
import { type DoublePuppets, doublePuppetSource } from '../../matrix-side/double-puppets.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { NetworkClient } from '../../network/network-client.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import type { ReactionRecord, ReactionStore } from '../../storage/reaction-store.ts'

/**
 * Where the network keeps only so many reactions of a person to a message, a further one takes the place of the oldest over
 * there: those that a reaction takes the place of.
 */
export async function replacedReactions(
  { reactions }: { readonly reactions: ReactionStore },
  portal: PortalRecord,
  client: Pick<NetworkClient, 'capabilities'>,
  event: ClientEvent,
): Promise<readonly ReactionRecord[]> {
  const most = client.capabilities?.reaction?.maxPerPerson
  const relation = event.content['m.relates_to']
  const target = isJsonObject(relation) ? relation['event_id'] : undefined
  if (event.type !== 'm.reaction' || most === undefined || !isEventId(target)) return []
  const present = await reactions.onMessage(portal.nid, target, event.sender)
  const others = present.filter(({ eventId }) => eventId !== event.event_id)
  return others.slice(0, Math.max(0, others.length + 1 - most))
}

/** Here they are removed, so that both sides show the same. A repeat after a crash removes what is left of them. */
export async function removeReplaced(
  {
    api,
    connector,
    db,
    puppets,
    reactions,
  }: {
    readonly api: MatrixApi
    readonly connector: NetworkConnector
    readonly db: Database
    readonly puppets: DoublePuppets
    readonly reactions: ReactionStore
  },
  event: ClientEvent,
  replaced: readonly ReactionRecord[],
): Promise<void> {
  if (replaced.length === 0) return
  const userId = event.sender
  const token = await puppets.tokenFor(userId)
  const acting = token === undefined ? {} : { actAs: userId, token }
  for (const reaction of replaced) {
    const txnId = txnIdOf('reaction-replaced', connector.info.id, event.event_id, reaction.eventId)
    const mark = { [doublePuppetSource]: connector.info.id }
    await api.redact(event.room_id, { eventId: reaction.eventId, txnId, mark }, acting)
    await db.transaction((tx) => reactions.remove(tx, reaction))
  }
}
