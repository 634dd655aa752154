import type { UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { ChatKey } from '../network/chat.ts'
import type { RemoteUserId } from '../network/ids.ts'

/** Who a remote person is in a room. */
export interface MemberUser {
  readonly userId: UserId
  /** True: a login's own person, who is there as themselves and not as a ghost. */
  readonly isOwner: boolean
  /** Acts for the owner; undefined for a ghost, and where nobody may act for the owner. */
  readonly token?: string
}

/** The ghost, or the owner where the remote person is the own one of a login that has its part in the chat. */
export async function memberUser(context: BridgeContext, chat: ChatKey, user: RemoteUserId): Promise<MemberUser> {
  const owner = context.logins.ofPerson({ id: user }, chat)?.record.owner
  if (owner === undefined) return { userId: context.ghosts.userIdOf(user), isOwner: false }
  const token = await context.puppets.tokenFor(owner)
  return { userId: owner, isOwner: true, ...(token !== undefined && { token }) }
}
