import { loginConnector, type ChatKey, type NetworkConnector } from '@pons/core'
import type { Account } from './account.ts'
import { whatsAppLogin } from './client.ts'
import { configProblem, type WhatsAppConfig } from './config.ts'
import { digitsOf, ghostSuffixOf, isGroup, jidOf, jidOfChat, userOfGhostSuffix } from './ids.ts'
import { loginFlows } from './login-flows.ts'
import { SharedLines } from './shared-lines.ts'

/** WhatsApp, as a linked device of people's accounts. The library is loaded when the first of them connects. */
export function createWhatsAppConnector(config: WhatsAppConfig): NetworkConnector {
  const lines = new SharedLines()
  return loginConnector<Account>({
    info: {
      id: 'whatsapp',
      displayName: 'WhatsApp',
      url: 'https://www.whatsapp.com/',
      commandPrefix: '!wa',
      botLocalpart: 'whatsappbot',
      ghostPrefix: 'whatsapp_',
      aliasPrefix: 'whatsapp_',
      protocols: ['whatsapp'],
    },
    loginFlows,
    problem: configProblem(config),
    nobody: 'Nobody on WhatsApp has that number; write it with the country’s code: +15550000001.',
    reconnect: 'Connects your linked device again, after another program had taken its place.',
    async *startLogin(host, flow, signal) {
      const { runLogin } = await import('./login.ts')
      return yield* runLogin({ host, config }, flow, signal)
    },
    loadLogin: (given) => whatsAppLogin(given, config, lines),
    ghostSuffix: ghostSuffixOf,
    userOfGhost: userOfGhostSuffix,
    aliasSuffix,
    identifierOfAlias,
  })
}

/** A private chat has no name that others could use. */
function aliasSuffix(chat: ChatKey): string | undefined {
  const jid = jidOfChat(chat)
  return isGroup(jid) ? `group-${digitsOf(jid)}` : undefined
}

function identifierOfAlias(suffix: string): string | undefined {
  const [, digits] = /^group-([0-9]+(?:-[0-9]+)?)$/.exec(suffix) ?? []
  return digits === undefined ? undefined : jidOf(`${digits}@g.us`)
}
