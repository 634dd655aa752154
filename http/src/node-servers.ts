import type { RequestListener, Server } from 'node:http'
import type { ServerOptions } from 'node:https'

// Asked for by name at the first use: an import of either module makes Node look at all that it exports, and so load its
// whole HTTP client, which costs a start 40 ms and the process 14 MB.

export function plainServer(handler: RequestListener): Server {
  return process.getBuiltinModule('node:http').createServer(handler)
}

export function tlsServer(options: ServerOptions, handler: RequestListener): Server {
  return process.getBuiltinModule('node:https').createServer(options, handler)
}
