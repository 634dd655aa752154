import type { LoginId, StoreWrite } from '@pons/core'
import { accountPrefix } from './account-prefix.ts'
import type { AccountStore } from './protocol/account-store.ts'
import type { Box } from './protocol/counted.ts'
import type { UpdateBatch, UpdateState } from './protocol/engine-options.ts'

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
