import bigInt from 'big-integer'
import { Logger, TelegramClient } from 'telegram'
import type { TelegramClientParams } from 'telegram/client/telegramBaseClient.js'
import { _serverKeys } from 'telegram/crypto/RSA.js'
import { LogLevel } from 'telegram/extensions/Logger.js'
import { Connections } from './connections.ts'
import type { Egress } from './egress.ts'
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
  readonly egress: Egress
  readonly tap: Tap
}

const maxCachedEntities = 2000

/** Builds the client of one account; nothing is dialled yet. */
export function buildClient({ apiId, apiHash, session, server, egress, tap }: ConnectionOptions): TelegramClient {
  const bounded: Tap = {
    onData: tap.onData,
    onObject(object) {
      const { cacheMap } = client._entityCache as unknown as { readonly cacheMap: Map<string, unknown> }
      // The client's cache only ever grows; entities are kept elsewhere.
      if (cacheMap.size > maxCachedEntities) cacheMap.clear()
      tap.onObject(object)
    },
  }
  if (server !== undefined) _serverKeys.set(server.key.fingerprint, { n: bigInt(server.key.n), e: server.key.e })
  const client = new AccountClient(
    new TappedSession(session, bounded),
    new Connections(server, server === undefined ? egress : undefined),
    {
      apiId,
      apiHash,
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
    },
  )
  client.onError = () => Promise.resolve()
  return client
}

interface ClientParams extends TelegramClientParams {
  readonly apiId: number
  readonly apiHash: string
}

/** A client that can be ended for good. */
class AccountClient extends TelegramClient {
  readonly #connections: Connections

  constructor(session: TappedSession, connections: Connections, { apiId, apiHash, ...params }: ClientParams) {
    super(session, apiId, apiHash, { ...params, connection: connections.type })
    this.#connections = connections
  }

  /** Ends with everything that it has begun, whether or not the network is there. */
  override async destroy(): Promise<void> {
    const { _exportedSenderPromises: senders, _exportedSenderReleaseTimeouts: timers } =
      this as unknown as ExtraConnections
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
    // Not waited for: one that is being made may never be there.
    for (const sender of senders.values()) sender.then(async (made) => await made?.disconnect()).catch(() => undefined)
    await super.destroy()
    await this.#connections.end()
  }
}

interface ExtraConnections {
  readonly _exportedSenderPromises: Map<number, Promise<{ disconnect(): Promise<void> } | undefined>>
  readonly _exportedSenderReleaseTimeouts: Map<number, NodeJS.Timeout>
}
