import type { UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { RemoteUserId } from '../network/ids.ts'

/** Who a remote person is in a room. */
export interface MemberUser {
  readonly userId: UserId
  /** True: a login's own person, who is there as themselves and not as a ghost. */
  readonly isOwner: boolean
  /** Acts for the owner; undefined for a ghost, and where nobody may act for the owner. */
  readonly token?: string
}

/** The ghost, or the owner where the remote person is one of the logins itself. */
export async function memberUser(context: BridgeContext, user: RemoteUserId): Promise<MemberUser> {
  const owner = ownerOf(context, user)
  if (owner === undefined) return { userId: context.ghosts.userIdOf(user), isOwner: false }
  const token = await context.puppets.tokenFor(owner)
  return { userId: owner, isOwner: true, ...(token !== undefined && { token }) }
}

/** The owner of the login that is this remote person. */
function ownerOf({ logins }: BridgeContext, user: RemoteUserId): UserId | undefined {
  return logins.all().find(({ client }) => client.isSelf(user))?.record.owner
}
