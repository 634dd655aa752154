import { repeatWhenClosed } from '@pons/core'
import { Agent } from 'undici'
import type { Egress } from './protocol/egress.ts'
import { mediaConnector } from './protocol/media-connector.ts'
import type { SocketServer } from './protocol/socket-server.ts'

/** Fetches from WhatsApp's hosts alone. Trusts the authority of a server for tests; nothing can switch the checks off. */
export function fetchOptions(server: SocketServer | undefined, egress: Egress): RequestInit {
  const connect = mediaConnector(server, egress)
  const fresh = new Agent({ connect, pipelining: 0 })
  return { dispatcher: new Agent({ connect }).compose(repeatWhenClosed(fresh)) } as unknown as RequestInit
}
