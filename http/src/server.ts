import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { ServerOptions as TlsOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Connections, defaultConnectionLimits, type ConnectionLimits } from './connections.ts'
import { noteExpectation } from './expectation.ts'
import { plainServer, tlsServer } from './node-servers.ts'
import type { Router } from './router.ts'

export interface Listener {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** PEM texts; plain HTTP without it. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert'>
}

export interface ServerOptions {
  readonly listeners: readonly Listener[]
  readonly router: Router
  readonly connections?: ConnectionLimits
  /** Addresses of reverse proxies, which hold the connections of many. */
  readonly trustedProxies?: readonly string[]
  /** Serves the paths that the router does not know. */
  readonly fallback?: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
}

export interface RunningServer extends AsyncDisposable {
  /** In the order of the listeners, such as `http://127.0.0.1:8008`. */
  readonly urls: readonly string[]
}

/** Longer than the idle time of usual reverse proxies, so that it is they who close. */
const KEEP_ALIVE_MS = 75_000

/** Heads are small, and whoever is slow with them only holds the connection. */
const HEADERS_MS = 20_000

const DRAIN_MS = 2000

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { listeners, router, fallback } = options
  const connections = new Connections(options.connections ?? defaultConnectionLimits, options.trustedProxies ?? [])
  router.refuse((socket) => connections.refusalOf(socket))
  const handler = fallback ? router.listenerBefore(fallback) : router.listener
  const servers: Server[] = []
  const urls: string[] = []
  const stop = async (): Promise<void> => {
    const closed = Promise.all(servers.map(close))
    // What is under way may still finish and be answered; a client that is slow to read or send cannot hold the stop up.
    await router.drain(DRAIN_MS)
    for (const server of servers) server.closeAllConnections()
    await closed
  }
  try {
    for (const { host, port, tls } of listeners) {
      const server = tls ? tlsServer(tls, handler) : plainServer(handler)
      server.keepAliveTimeout = KEEP_ALIVE_MS
      server.headersTimeout = HEADERS_MS
      server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
        noteExpectation(request)
        handler(request, response)
      })
      connections.watch(server, tls ? 'secureConnection' : 'connection')
      server.listen(port, host)
      await once(server, 'listening')
      servers.push(server)
      const at = server.address() as AddressInfo
      const name = at.family === 'IPv6' ? `[${at.address}]` : at.address
      urls.push(`${tls ? 'https' : 'http'}://${name}:${at.port}`)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { urls, [Symbol.asyncDispose]: stop }
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  await once(server, 'close')
}
