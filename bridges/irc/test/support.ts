import {
  loginId,
  remoteChatId,
  type ChatKey,
  type Fate,
  type IdempotencyKey,
  type MessageDocument,
  type MessageIntent,
  type NetworkClient,
  type NetworkConnector,
  type RemoteAction,
  type RemoteMessageId,
  type Transmitted,
} from '@pons/core'
import type { EventId, JsonObject, RoomId, UserId } from '@pons/matrix'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { createIrcConnector, type IrcDependencies } from '../src/connector.ts'
import { readIrcConfig } from '../src/read-config.ts'

export const chat: ChatKey = { chat: remoteChatId('net/#chan') }
export const alice = '@alice:test' as UserId
export const bob = '@bob:test' as UserId

/** No limits, and short pauses. */
const unlimited = { burst_lines: 1e6, lines_per_second: 1e6, burst_bytes: 1e9, bytes_per_second: 1e9 }
const quick = { first_ms: 20, longest_ms: 100, throttled_ms: 50, refused_ms: 100, stable_ms: 60_000 }

export interface AdapterOptions {
  readonly port: number
  readonly host?: RecordingHost
  readonly config?: JsonObject
  readonly network?: JsonObject
  readonly dependencies?: IrcDependencies
  /** Whether `#chan` has a room already. */
  readonly hasRoom?: boolean
  /** False: the connector has been made, and opens nothing before its `start`. Default true. */
  readonly isStarted?: boolean
}

/** The adapter against the network `net` at a port, with the recording host in place of the framework. */
export class Adapter implements AsyncDisposable {
  readonly host: RecordingHost
  readonly connector: NetworkConnector
  #events = 0

  private constructor(host: RecordingHost, connector: NetworkConnector) {
    this.host = host
    this.connector = connector
  }

  static async start(options: AdapterOptions): Promise<Adapter> {
    const host = options.host ?? new RecordingHost()
    if (options.hasRoom !== false && host.rooms.length === 0) host.rooms.push(chat)
    const network = { address: '127.0.0.1', port: options.port, tls: 'plain', flood: unlimited, ...options.network }
    const config = readIrcConfig({
      relay_nick: 'relay',
      reconnect: quick,
      rejoin_ms: 20,
      networks: { net: network },
      ...options.config,
    })
    const adapter = new Adapter(host, createIrcConnector(config, options.dependencies))
    await adapter.connector.init(host)
    if (options.isStarted !== false) await adapter.connector.start()
    return adapter
  }

  get relay(): NetworkClient {
    const relay = this.connector.handlers.relay?.(chat)
    if (!relay) throw new Error('no relay')
    return relay
  }

  /** Logs a person in without the flow, and connects. */
  async login(owner: UserId, nick: string, metadata: JsonObject = {}): Promise<NetworkClient> {
    const stored = {
      id: loginId(`net/${owner}`),
      owner,
      remoteName: nick,
      metadata: { network: 'net', nick, auth: 'none', ...metadata },
    }
    const client = this.connector.loadLogin(stored)
    await client.connect()
    return client
  }

  intent(
    text: string,
    options: { sender?: UserId; viaRelay?: boolean; document?: MessageDocument } = {},
  ): MessageIntent {
    const eventId = `$event${++this.#events}` as EventId
    return {
      kind: 'message',
      chat,
      roomId: '!room:test' as RoomId,
      eventId,
      sender: { userId: options.sender ?? alice, displayName: 'Alice', viaRelay: options.viaRelay ?? true },
      timestampMs: Date.now(),
      document: options.document ?? textDocument(text),
    }
  }

  /** Prepares and transmits a text, as the framework does it: all its lines, one after another. */
  async say(
    client: NetworkClient,
    text: string,
    options: { sender?: UserId; viaRelay?: boolean; chat?: ChatKey } = {},
  ): Promise<Transmitted[]> {
    const actions = await client.handlers.message({
      ...this.intent(text, options),
      ...(options.chat && { chat: options.chat }),
    })
    const results: Transmitted[] = []
    for (const action of actions) results.push(await this.transmit(client, action, options.chat))
    return results
  }

  transmit(
    client: NetworkClient,
    action: RemoteAction,
    where: ChatKey = chat,
    signal = new AbortController().signal,
  ): Promise<Transmitted> {
    return client.transmit(action, { chat: where, key: `key${++this.#events}` as IdempotencyKey, signal })
  }

  async recover(
    client: NetworkClient,
    action: RemoteAction,
    startedAtMs: number,
    lastConfirmed?: RemoteMessageId,
  ): Promise<Fate> {
    const context = {
      chat,
      key: 'key' as IdempotencyKey,
      attempt: 2,
      signal: new AbortController().signal,
      startedAtMs,
    }
    const fate = await client.recover?.(action, { ...context, ...(lastConfirmed !== undefined && { lastConfirmed }) })
    if (!fate) throw new Error('no recovery')
    return fate
  }

  /** Resolves when the relay is in `#chan` and its first snapshot is stored. */
  async joined(from = 0): Promise<void> {
    await this.host.waitFor((event) => event.kind === 'snapshot', from)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connector.stop()
  }
}

export function textDocument(text: string, kind: MessageDocument['kind'] = 'text'): MessageDocument {
  const children = text
    .split('\n')
    .flatMap((line, index) => [
      ...(index === 0 ? [] : [{ type: 'break' as const }]),
      { type: 'text' as const, text: line },
    ])
  return { kind, blocks: [{ type: 'paragraph', children }] }
}
