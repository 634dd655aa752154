import type { NetworkConnector } from '@pons/core'
import { createIrcConnector } from '@pons/irc'
import { createTelegramConnector } from '@pons/telegram'
import type { Logger } from 'pino'
import type { PonsConfig } from './config/schema.ts'
import { whatsApp, whatsAppPackage } from './optional-whatsapp.ts'

/** The networks that the configuration does not switch off. */
export function networkConnectors({ networks }: PonsConfig, logger: Logger): NetworkConnector[] {
  const { irc, telegram, whatsapp } = networks
  if (whatsApp === undefined) logger.info({ package: whatsAppPackage }, 'no WhatsApp: the package is not installed')
  return [
    ...(irc === false ? [] : [createIrcConnector(irc)]),
    ...(telegram === false ? [] : [createTelegramConnector(telegram)]),
    ...(whatsApp === undefined || whatsapp === false ? [] : [whatsApp.createWhatsAppConnector(whatsapp)]),
  ]
}
