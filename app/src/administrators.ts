import type { IsAdmin } from '@pons/core'
import type { Homeserver } from '@pons/homeserver'

/** The administrators of the homeserver, who administer the bridges, too. */
export function serverAdmins({ services }: Homeserver): IsAdmin {
  return async (userId) => {
    const account = await services.accounts.find(userId)
    return account !== undefined && account.isAdmin && !account.isDeactivated && !account.isLocked
  }
}

/** Is this the Authorization header of somebody who administers the server? */
export async function isOperatorsToken(
  { dispatch }: Homeserver,
  isAdmin: IsAdmin,
  authorization: string | undefined,
): Promise<boolean> {
  if (authorization === undefined) return false
  const { status, body } = await dispatch({
    method: 'GET',
    url: '/_matrix/client/v3/account/whoami',
    headers: { authorization },
  })
  const { user_id: userId } = body as { user_id?: Parameters<IsAdmin>[0] }
  return status === 200 && userId !== undefined && (await isAdmin(userId))
}
