import type { Egress } from './egress.ts'
import { buildConnector } from 'undici'
import type { SocketServer } from './socket-server.ts'

/** Where a message says its file lies is its sender's word. */
export class ForeignHostError extends Error {
  override readonly name = 'ForeignHostError'
}

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

/** `directPath` is put behind the host as it stands, so only the whole shows where it leads. */
export function isMediaHost(protocol: string, hostname: string, server: SocketServer | undefined): boolean {
  if (protocol !== 'https:') return false
  const name = hostname.toLowerCase().replace(/\.$/, '')
  if (server !== undefined) return name === new URL(server.url).hostname
  return name.endsWith('.whatsapp.net')
}
