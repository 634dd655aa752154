import type { UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { Sessions } from '../devices/sessions.ts'
import type { Memberships } from '../rooms/membership.ts'
import type { RoomReader } from '../rooms/room-reader.ts'
import type { Accounts } from './accounts.ts'
import type { Profiles } from './profiles.ts'

interface Parts {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly memberships: Memberships
  readonly reader: RoomReader
  readonly profiles: Profiles
  readonly logger: Logger
}

/**
 * Ends an account: no more sessions, no password, out of every room. What was said stays; with `isErased` the profile
 * goes, too. https://spec.matrix.org/v1.19/client-server-api/#account-deactivation
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
