import type { LoginId, NetworkStore, StoreWrite } from '@pons/core'
import type { JsonValue } from '@pons/matrix'
import { isJsonObject } from '@pons/matrix'
import { jidOf, type Self } from './ids.ts'

/** The part of the adapter's store that belongs to one login, keys of the protocol left out. */
export interface AccountStore {
  get(key: string): Promise<JsonValue | undefined>
  write(writes: readonly StoreWrite[]): Promise<void>
  list(within: string): Promise<readonly { readonly key: string; readonly value: JsonValue }[]>
  deleteAll(within: string): Promise<void>
  /** For what is to become durable with something else. */
  keyed(writes: readonly StoreWrite[]): StoreWrite[]
}

export function accountStore(store: NetworkStore, login: LoginId): AccountStore {
  const prefix = `login/${login}/`
  const keyed = (writes: readonly StoreWrite[]): StoreWrite[] =>
    writes.map(({ key, value }) => ({ key: prefix + key, value }))
  return {
    get: (key) => store.get(prefix + key),
    write: (writes) => store.write(keyed(writes)),
    async list(within) {
      const found = await store.list(prefix + within)
      return found.map(({ key, value }) => ({ key: key.slice(prefix.length), value }))
    },
    deleteAll: (within) => store.deleteAll(prefix + within),
    keyed,
  }
}

/** Everything that is known of a login. */
export async function forgetLogin(store: NetworkStore, login: LoginId): Promise<void> {
  await store.delete(`creds/${login}`)
  await store.deleteAll(`signal/${login}/`)
  await store.deleteAll(`login/${login}/`)
}

export function selfOf(metadata: JsonValue): Self {
  const { phone, lid } = isJsonObject(metadata) ? metadata : {}
  const [phoneJid, lidJid] = [phone, lid].map((one) => (typeof one === 'string' ? jidOf(one) : undefined))
  const self = phoneJid ?? lidJid
  if (self === undefined) throw new TypeError('the login does not say whose it is')
  return { phone: self, ...(lidJid !== undefined && { lid: lidJid }) }
}
