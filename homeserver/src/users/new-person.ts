import { localpartOf, type UserId } from '@pons/matrix'
import type { Accounts, NewAccount } from './accounts.ts'
import type { Profiles } from './profiles.ts'

export interface NewPerson extends NewAccount {
  /** The name of the account unless they say otherwise: others read that, and no id. */
  readonly displayName?: string | undefined
}

/** Makes the account of a person. @throws MatrixError M_USER_IN_USE, M_INVALID_PARAM */
export async function createPerson(
  { accounts, profiles }: { readonly accounts: Accounts; readonly profiles: Profiles },
  person: NewPerson,
): Promise<UserId> {
  const { userId, displayName = localpartOf(userId) } = person
  await accounts.create(person, (tx) => profiles.setIn(tx, userId, 'displayname', displayName))
  return userId
}
