import type { BridgeContext } from '../../bridge-context.ts'
import type { Acting } from '../../matrix-side/matrix-api.ts'
import type { RemoteUser } from '../../network/chat.ts'
import { memberUser } from '../member-user.ts'
import type { Delivery } from './delivery.ts'

/** Who did something to a chat, for calls in their name: the ghost, or the owner of a login where we may act for them. */
export async function actingFor(
  context: BridgeContext,
  { portal, event }: Pick<Delivery, 'portal' | 'event'>,
  { id }: RemoteUser,
): Promise<Acting> {
  const { timestampMs } = event
  const { userId, token } = await memberUser(context, portal.chat, id)
  return token === undefined
    ? { actAs: context.ghosts.userIdOf(id), timestampMs }
    : { actAs: userId, token, timestampMs }
}
