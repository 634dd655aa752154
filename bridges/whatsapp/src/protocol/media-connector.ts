import { buildConnector } from 'undici'
import type { Egress } from './egress.ts'
import { ForeignHostError } from './foreign-host-error.ts'
import { isMediaHost } from './is-media-host.ts'
import type { SocketServer } from './socket-server.ts'

/**
 * Connects to hosts of WhatsApp's and to no other: every request goes this way, those behind a redirect too. A server for
 * tests has its files beside it.
 */
export function mediaConnector(server: SocketServer | undefined, egress: Egress): buildConnector.connector {
  const ca = server?.media_ca
  const connect = buildConnector({ ...(ca !== undefined && { ca }), lookup: egress.lookup })
  return (options, callback) => {
    if (isMediaHost(options.protocol, options.hostname, server)) return connect(options, callback)
    callback(new ForeignHostError(`${options.hostname} is no host of WhatsApp’s`), null)
  }
}
