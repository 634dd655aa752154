import type { LoginId, NetworkStore } from '@pons/core'
import { accountPrefix } from './account-prefix.ts'
import type { AccountStore } from './protocol/account-store.ts'

/** The part of the adapter's store that belongs to one login. */
export function accountStore(store: NetworkStore, login: LoginId): AccountStore {
  const prefix = accountPrefix(login)
  return {
    get: (key) => store.get(prefix + key),
    write: (writes) => store.write(writes.map(({ key, value }) => ({ key: prefix + key, value }))),
    async list(within) {
      const found = await store.list(prefix + within)
      return found.map(({ key, value }) => ({ key: key.slice(prefix.length), value }))
    },
  }
}
