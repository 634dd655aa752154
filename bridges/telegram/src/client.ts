import type { GivenLogin, KnownLogin } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { accountPrefix } from './account-prefix.ts'
import type { Account } from './account.ts'
import { applicationIn } from './application.ts'
import type { TelegramConfig } from './config.ts'
import { selfPeer, userIdOfPeer } from './ids.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import { telegramAbilities } from './to-network/handlers.ts'

/** One login. The library is loaded, and the account built, when it connects. */
export function telegramLogin(
  { host, login: { id: login }, tell, account, loginOf }: GivenLogin<Account>,
  config: TelegramConfig,
): KnownLogin<Account> {
  const accountOf = (userId: UserId): PeerKey | undefined => {
    const own = loginOf(userId)
    return own && selfPeer(own.id)
  }
  return {
    ...telegramAbilities({ host, accountOf }, config, {
      typing: async ({ chat, isTyping }) => await (await account()).setTyping(chat, isTyping),
      receipt: async ({ chat, upTo }) => await (await account()).markRead(chat, upTo),
      history: async (request) => await (await account()).history(request),
    }),
    // A shared chat is served by whoever is in it; that shows when it is tried.
    serves: ({ chat }) => chat.startsWith('c'),
    isSelf: (user) => user === userIdOfPeer(selfPeer(login)),
    async open() {
      const application = applicationIn(config)
      if (application === undefined) {
        tell('UNKNOWN_ERROR', 'networks.telegram.api_id and api_hash are not set')
        return undefined
      }
      const { loadAccount } = await import('./load-account.ts')
      return loadAccount({ host, login, config, application, tell })
    },
    forget: async () => await host.store.deleteAll(accountPrefix(login)),
  }
}
