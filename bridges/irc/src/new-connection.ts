import type { ConnectionLife } from './connection-life.ts'
import { reconnectOptions } from './connection-settings.ts'
import type { IrcNetwork } from './network.ts'
import { IrcConnection } from './protocol/connection.ts'
import type { ConnectionSettings } from './protocol/session-settings.ts'

/** A connection to a network, each of whose sessions is handed to the life that there is by then. */
export function newConnection(
  network: IrcNetwork,
  { settings, label }: { readonly settings: () => ConnectionSettings; readonly label: string },
  life: () => ConnectionLife,
): IrcConnection {
  const { clock, random, dials, host } = network.parts
  return new IrcConnection({
    settings,
    reconnect: reconnectOptions(network),
    dials,
    clock,
    random,
    events: {
      onDialling: () => life().dialling(),
      onReady: (session) => void life().ready(session),
      onLine: (line, channels, session) => life().read(line, channels, session),
      onEnd: (end, session, retryInMs) => life().ended(end, session, retryInMs),
      onBadLine: (error) => host.logger.debug({ err: error, client: label }, 'line not understood'),
    },
  })
}
