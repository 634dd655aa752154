import type { NetworkClient } from '../network/network-client.ts'
import { AccountSlot } from './account-slot.ts'
import type { GivenLogin, KnownLogin, LoginAccount } from './login-network.ts'

/** A login as the framework has it; the rest is its account, which is waited for while there is none. */
export interface LoginClient extends NetworkClient {
  readonly account: () => Promise<Pick<LoginAccount, 'find' | 'media'>>
}

export function loginClient<Account extends LoginAccount>(
  networkName: string,
  { host, login, loginOf }: Omit<GivenLogin<Account>, 'tell' | 'account'>,
  loadLogin: (given: GivenLogin<Account>) => KnownLogin<Account>,
): LoginClient {
  const { id, remoteName: name } = login
  const tell: GivenLogin<Account>['tell'] = (state, message) =>
    host.clientState({ login: id, name, state, ...(message !== undefined && { message }) })
  const slot = new AccountSlot<Account>({ networkName, logger: host.logger, tell })
  const account: GivenLogin<Account>['account'] = (signal) => slot.account(signal)
  const known = loadLogin({ host, login, tell, account, loginOf })
  const { handlers, capabilities, remoteIdOf } = known
  return {
    handlers,
    capabilities,
    ...(remoteIdOf !== undefined && { remoteIdOf }),
    account,
    serves: (chat) => known.serves(chat),
    isSelf: (user) => known.isSelf(user),
    connect: async () => await slot.connect(() => known.open()),
    disconnect: async () => await slot.disconnect(),
    async logout() {
      try {
        await (await slot.current())?.logOut?.()
      } finally {
        await slot.disconnect()
        await known.forget?.()
      }
    },
    chatSnapshot: async (chat) => await (await account()).chatSnapshot(chat),
    userInfo: async (user) => await (await account()).userInfo(user),
    async transmit(action, context) {
      known.checkChat?.(context.chat)
      return await (await account(context.signal)).transmit(action, context)
    },
  }
}
