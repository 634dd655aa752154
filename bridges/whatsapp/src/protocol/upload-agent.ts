import { Agent } from 'node:https'
import type { Egress } from './egress.ts'
import { ForeignHostError } from './foreign-host-error.ts'
import { isMediaHost } from './is-media-host.ts'
import type { SocketServer } from './socket-server.ts'

/**
 * Where files go is the server's word, as is where a redirect leads: only to hosts of WhatsApp's. An upload is a stream and
 * cannot be repeated: none goes out on a connection that may just be closing.
 */
export function uploadAgent(server: SocketServer | undefined, egress: Egress): Agent {
  const ca = server?.media_ca
  const agent = new Agent({ keepAlive: false, lookup: egress.lookup, ...(ca !== undefined && { ca }) })
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const host = options.host ?? ''
    try {
      if (!isMediaHost('https:', host, server)) throw new ForeignHostError(`${host} is no host of WhatsApp’s`)
      egress.check(host)
      return connect(options, callback)
    } catch (error) {
      callback?.(error as Error, undefined as never)
      return undefined
    }
  }
  return agent
}
