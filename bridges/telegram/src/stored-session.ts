import type { LoginId, StoreWrite } from '@pons/core'
import { accountPrefix } from './account-prefix.ts'
import type { AccountStore } from './protocol/account-store.ts'
import type { SessionData } from './protocol/tapped-session.ts'

export function sessionWrite(login: LoginId, session: SessionData): StoreWrite {
  return { key: `${accountPrefix(login)}session`, value: { ...session } }
}

export async function storedSession(store: AccountStore): Promise<SessionData | undefined> {
  return (await store.get('session')) as SessionData | undefined
}
