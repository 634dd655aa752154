import type { UserId } from '@pons/matrix'
import type { CoreServices } from '../services.ts'
import type { Profiles } from './profiles.ts'

type Parts = Pick<CoreServices, 'accounts' | 'sessions' | 'memberships' | 'reader' | 'logger'> & {
  readonly profiles: Profiles
}

/**
 * Ends an account: no more sessions, no password, out of every room. What was said stays; with `isErased` the profile
 * goes, too. https://spec.matrix.org/latest/client-server-api/#account-deactivation
 */
export async function deactivateAccount(parts: Parts, userId: UserId, isErased: boolean): Promise<void> {
  const { accounts, sessions, memberships, reader, profiles, logger } = parts
  await accounts.deactivate(userId, (tx) => sessions.logOutAllIn(tx, userId))
  for (const { roomId, membership } of await reader.roomsOf(userId)) {
    if (membership === 'leave' || membership === 'ban') continue
    // A room whose rules do not let them go must not keep them in the others.
    await memberships.leave({ roomId, sender: userId }).catch((error: unknown) => {
      logger.warn({ err: error, roomId, userId }, 'deactivated user could not leave a room')
    })
  }
  if (isErased) for (const field of Object.keys(await profiles.of(userId))) await profiles.remove(userId, field)
}
