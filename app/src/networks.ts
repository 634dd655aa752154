import type { NetworkConnector } from '@pons/core'
import { createIrcConnector } from '@pons/irc'
import { createTelegramConnector } from '@pons/telegram'
import type { PonsConfig } from './config/schema.ts'

/** The networks that the configuration does not switch off. */
export function networkConnectors({ networks }: PonsConfig): NetworkConnector[] {
  const { irc, telegram } = networks
  return [
    ...(irc === false ? [] : [createIrcConnector(irc)]),
    ...(telegram === false ? [] : [createTelegramConnector(telegram)]),
  ]
}
