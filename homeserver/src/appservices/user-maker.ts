import type { UserId } from '@pons/matrix'
import type { GuessLimits } from '../guess-limits.ts'
import type { Accounts } from '../users/accounts.ts'
import type { AppserviceQueries } from './queries.ts'
import type { Roster } from './roster.ts'

/** Has a service make a user of its own who is about to be invited; people may ask for so many. */
export function userMaker(from: {
  readonly accounts: Accounts
  readonly roster: Roster
  readonly guesses: GuessLimits
  readonly queries: AppserviceQueries
}): (userId: UserId, inviter: UserId) => Promise<void> {
  const { accounts, roster, guesses, queries } = from
  return async (userId, inviter) => {
    if ((await accounts.find(userId)) || !roster.list.some((appservice) => appservice.ownsUser(userId))) return
    if (!roster.isOwnUser(inviter)) guesses.question(inviter)
    await queries.userExists(userId)
  }
}
