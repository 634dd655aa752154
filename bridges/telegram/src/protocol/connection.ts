import bigInt from 'big-integer'
import { Logger, TelegramClient } from 'telegram'
import { _serverKeys } from 'telegram/crypto/RSA.js'
import { Raw } from 'telegram/events/index.js'
import { LogLevel } from 'telegram/extensions/Logger.js'
import { ConnectionTCPFull, UpdateConnectionState } from 'telegram/network/index.js'
import { TappedSession, type SessionData, type Tap } from './tapped-session.ts'

/** A server that stands in for Telegram's, on loopback. */
interface OtherServer {
  readonly host: string
  readonly port: number
  readonly key: { readonly n: string; readonly e: number; readonly fingerprint: string }
}

export interface ConnectionOptions {
  readonly apiId: number
  readonly apiHash: string
  readonly session: SessionData
  readonly server?: OtherServer | undefined
  readonly tap: Tap
}

/** `broken`: the server does not know the key any more, and the client has ended without saying more. */
export type ConnectionState = 'connected' | 'disconnected' | 'broken'

/** Where Telegram's servers are reached first, as its own clients know it. */
export const firstSession: SessionData = { dcId: 2, serverAddress: '149.154.167.50' }

const maxCachedEntities = 2000

/** Builds the client of one account; nothing is dialled yet. */
export function buildClient({ apiId, apiHash, session, server, tap }: ConnectionOptions): TelegramClient {
  const bounded: Tap = {
    onData: tap.onData,
    onObject(object) {
      const { cacheMap } = client._entityCache as unknown as { readonly cacheMap: Map<string, unknown> }
      // The client's cache only ever grows; entities are kept elsewhere.
      if (cacheMap.size > maxCachedEntities) cacheMap.clear()
      tap.onObject(object)
    },
  }
  const client = new TelegramClient(new TappedSession(session, bounded), apiId, apiHash, {
    autoReconnect: true,
    connectionRetries: Infinity,
    reconnectRetries: Infinity,
    retryDelay: server === undefined ? 2000 : 100,
    requestRetries: 3,
    floodSleepThreshold: 0,
    securityChecks: true,
    deviceModel: 'Pons',
    systemVersion: 'Matrix bridge',
    appVersion: '1',
    baseLogger: new Logger(LogLevel.NONE),
    ...(server !== undefined && { connection: redirected(server) }),
  })
  client.onError = () => Promise.resolve()
  return client
}

/** Tells of the connection's changes. To be called once the client knows who it is: before that it asks at every change. */
export function watchConnection(client: TelegramClient, onState: (state: ConnectionState) => void): void {
  const names = new Map<number, ConnectionState>([
    [UpdateConnectionState.connected, 'connected'],
    [UpdateConnectionState.disconnected, 'disconnected'],
    [UpdateConnectionState.broken, 'broken'],
  ])
  client.addEventHandler(
    (update: UpdateConnectionState) => {
      const state = names.get(update.state)
      if (state !== undefined) onState(state)
    },
    new Raw({ types: [UpdateConnectionState] }),
  )
}

/** The client takes its port from nowhere but the connection itself; every data centre is that server then. */
function redirected({ host, port, key }: OtherServer): typeof ConnectionTCPFull {
  _serverKeys.set(key.fingerprint, { n: bigInt(key.n), e: key.e })
  return class extends ConnectionTCPFull {
    constructor(params: ConstructorParameters<typeof ConnectionTCPFull>[0]) {
      super({ ...params, ip: host, port })
    }
  }
}

interface ExtraConnections {
  readonly _exportedSenderPromises: Map<number, Promise<{ disconnect(): Promise<void> } | undefined>>
  readonly _exportedSenderReleaseTimeouts: Map<number, NodeJS.Timeout>
}

/** Ends a client for good. It forgets the connections to other data centres, which would linger with their timers. */
export async function destroyClient(client: TelegramClient): Promise<void> {
  const { _exportedSenderPromises: senders, _exportedSenderReleaseTimeouts: timers } =
    client as unknown as ExtraConnections
  for (const timer of timers.values()) clearTimeout(timer)
  timers.clear()
  const extra = [...senders.values()].map(async (sender) => await (await sender)?.disconnect())
  await Promise.allSettled([...extra, client.destroy()])
}
