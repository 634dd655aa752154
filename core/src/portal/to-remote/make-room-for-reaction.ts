import type { BridgeContext } from '../../bridge-context.ts'
import { doublePuppetSource } from '../../matrix-side/double-puppets.ts'
import { txnIdOf } from '../../matrix-side/txn-id.ts'
import type { MatrixIntent } from '../../network/matrix-intent.ts'
import type { NetworkClient } from '../../network/network-client.ts'
import type { PortalRecord } from '../../store/portal-store.ts'

/**
 * Where the network keeps only so many reactions of a person to a message, a further one takes the place of the oldest over
 * there; here the oldest is removed, so that both sides show the same.
 */
export async function makeRoomForReaction(
  context: BridgeContext,
  portal: PortalRecord,
  client: NetworkClient,
  intent: MatrixIntent,
): Promise<void> {
  const most = client.capabilities?.reaction?.maxPerPerson
  if (intent.kind !== 'reaction' || most === undefined) return
  const { userId } = intent.sender
  const present = await context.reactions.onMessage(portal.nid, intent.target.eventId, userId)
  const others = present.filter(({ eventId }) => eventId !== intent.eventId)
  const token = await context.puppets.tokenFor(userId)
  const acting = token === undefined ? {} : { actAs: userId, token }
  for (const reaction of others.slice(0, Math.max(0, others.length + 1 - most))) {
    const txnId = txnIdOf('reaction-replaced', context.connector.info.id, intent.eventId, reaction.eventId)
    const mark = { [doublePuppetSource]: context.connector.info.id }
    await context.api.redact(intent.roomId, { eventId: reaction.eventId, txnId, mark }, acting)
    await context.db.transaction((tx) => context.reactions.remove(tx, reaction))
  }
}
