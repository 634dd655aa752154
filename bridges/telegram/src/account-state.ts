import type { LoginId, NetworkStore, StoreWrite } from '@pons/core'
import type { AccountStore } from './protocol/account-store.ts'
import type { Box } from './protocol/counted.ts'
import type { SessionData } from './protocol/tapped-session.ts'
import type { UpdateBatch, UpdateState } from './protocol/engine-options.ts'

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

export function accountPrefix(login: LoginId): string {
  return `login/${login}/`
}

export function sessionWrite(login: LoginId, session: SessionData): StoreWrite {
  return { key: `${accountPrefix(login)}session`, value: { ...session } }
}

export async function storedSession(store: AccountStore): Promise<SessionData | undefined> {
  return (await store.get('session')) as SessionData | undefined
}

interface StoredState {
  readonly common: UpdateState | undefined
  readonly channels: ReadonlyMap<Box, number>
  /** Were the chats listed that the account had when it logged in? */
  readonly hasBegun: boolean
}

export function begunWrite(login: LoginId): StoreWrite {
  return { key: `${accountPrefix(login)}begun`, value: true }
}

/** Where the account stands after a batch, with those channels that have just begun to be counted. */
export function stateWrites(
  login: LoginId,
  { common, channels }: Pick<UpdateBatch, 'common' | 'channels'>,
  begun: readonly (readonly [Box, number])[],
): StoreWrite[] {
  const prefix = accountPrefix(login)
  const boxes = [...channels, ...begun].map(([box, pts]) => ({ key: `${prefix}box/${box}`, value: pts }))
  return [...(common === undefined ? [] : [{ key: `${prefix}state`, value: { ...common } }]), ...boxes]
}

/** Where the account stood when it was last stored; undefined right after a login. */
export async function storedState(store: AccountStore): Promise<StoredState> {
  const boxes = await store.list('box/')
  return {
    common: (await store.get('state')) as UpdateState | undefined,
    hasBegun: (await store.get('begun')) === true,
    channels: new Map(boxes.map(({ key, value }) => [key.slice('box/'.length) as Box, value as number])),
  }
}
