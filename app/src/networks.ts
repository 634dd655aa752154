import type { NetworkConnector } from '@pons/core'
import { createIrcConnector } from '@pons/irc'
import type { PonsConfig } from './config/schema.ts'

/** The networks that the configuration does not switch off. */
export function networkConnectors(config: PonsConfig): NetworkConnector[] {
  const { irc } = config.networks
  return irc === false ? [] : [createIrcConnector(irc)]
}
