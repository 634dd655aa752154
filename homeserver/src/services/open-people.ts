import { Sessions } from '../devices/sessions.ts'
import { GuessLimits } from '../guess-limits.ts'
import { PushRules } from '../push/push-rules.ts'
import { Pushers } from '../push/pushers.ts'
import { Stream } from '../sync/stream.ts'
import { AccountData } from '../users/account-data.ts'
import { Accounts } from '../users/accounts.ts'
import { IgnoredUsers } from '../users/ignored-users.ts'
import { InteractiveAuth } from '../users/interactive-auth.ts'
import { OpenIdTokens } from '../users/openid-tokens.ts'
import { Profiles } from '../users/profiles.ts'
import { RegistrationNonces } from '../users/registration-nonces.ts'
import { UserSearch } from '../users/user-search.ts'
import type { BaseServices } from './open-base.ts'

export type PeopleServices = Awaited<ReturnType<typeof openPeople>>

/** Accounts, their sessions, and what they say and keep of themselves. */
export async function openPeople({ config, serverName, database, clock, notifier, stores }: BaseServices) {
  const accounts = new Accounts(database, clock, config.password_hashing)
  const sessions = new Sessions(database, clock)
  const profiles = new Profiles(database)
  const accountData = new AccountData(database, notifier, await Stream.open(database, 'account_data'))
  return {
    accounts,
    sessions,
    profiles,
    accountData,
    ignoredUsers: new IgnoredUsers(accountData),
    pushRules: new PushRules(database, accountData),
    pushers: new Pushers(database, sessions),
    userSearch: new UserSearch(database, stores.interner, profiles),
    interactiveAuth: new InteractiveAuth(accounts, serverName),
    registrationNonces: new RegistrationNonces(clock),
    openIdTokens: new OpenIdTokens(clock),
    guesses: new GuessLimits(clock),
  }
}
