import { BridgeError, loginConnector, type ChatKey, type NetworkConnector } from '@pons/core'
import type { Account } from './account.ts'
import { applicationIn } from './application.ts'
import { telegramLogin } from './client.ts'
import { configProblem, type TelegramConfig } from './config.ts'
import { ghostSuffixOf, userOfGhostSuffix } from './ids.ts'
import { loginFlows } from './login-flows.ts'

/** Telegram, through accounts of people and bots. The library is loaded when the first of them connects. */
export function createTelegramConnector(config: TelegramConfig): NetworkConnector {
  return loginConnector<Account>({
    info: {
      id: 'telegram',
      displayName: 'Telegram',
      url: 'https://telegram.org/',
      commandPrefix: '!tg',
      botLocalpart: 'telegrambot',
      ghostPrefix: 'telegram_',
      aliasPrefix: 'telegram_',
      protocols: ['telegram'],
    },
    loginFlows,
    problem: configProblem(config),
    nobody: 'Nobody on Telegram goes by that; write a username (@name) or a phone number (+15550000001).',
    async *startLogin(host, flow, signal) {
      const application = applicationIn(config)
      if (application === undefined) {
        throw new BridgeError(
          'Telegram wants every program to have a number of its own. Get one at my.telegram.org and set networks.telegram.api_id and api_hash; docs/telegram.md says how.',
        )
      }
      const { runLogin } = await import('./login.ts')
      return yield* runLogin({ host, config, ...application }, flow, signal)
    },
    loadLogin: (given) => telegramLogin(given, config),
    ghostSuffix: ghostSuffixOf,
    userOfGhost: userOfGhostSuffix,
    aliasSuffix,
    identifierOfAlias: (suffix) => (/^c[0-9]+$/.test(suffix) ? suffix : undefined),
  })
}

/** A private chat has no name that others could use. */
function aliasSuffix({ chat, receiver }: ChatKey): string | undefined {
  return receiver === undefined ? chat : undefined
}
