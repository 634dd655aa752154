import {
  BridgeError,
  type BridgeHost,
  type ChatKey,
  type ConnectorHandlers,
  type LoginProcess,
  type NetworkClient,
  type NetworkConnector,
  type NetworkInfo,
  type OpenChatRequest,
  type OpenedChat,
  type StoredLogin,
} from '@pons/core'
import type { UserId } from '@pons/matrix'
import { checkTarget, parseChatWish, type ChatWish } from './address.ts'
import { privateSnapshot, remoteUser } from './chat-info.ts'
import { IrcClient, relayKey } from './client.ts'
import { createCommands } from './commands.ts'
import type { IrcConfig } from './config.ts'
import { loginSettings, readMetadata, relaySettings } from './connection-settings.ts'
import {
  aliasSuffixOf,
  chatKeyOf,
  ghostSuffixOf,
  identifierOfAliasSuffix,
  isChannelName,
  targetOf,
  userOfGhostSuffix,
} from './ids.ts'
import { loginFlows, runLogin } from './login.ts'
import type { IrcNetwork } from './network.ts'
import { Networks } from './networks.ts'
import { systemClock, type Clock } from './protocol/clock.ts'

export interface IrcDependencies {
  readonly clock?: Clock
  /** From 0 to 1. */
  readonly random?: () => number
}

const info: NetworkInfo = {
  id: 'irc',
  displayName: 'IRC',
  url: 'https://en.wikipedia.org/wiki/IRC',
  commandPrefix: '!irc',
  botLocalpart: 'ircbot',
  ghostPrefix: 'irc_',
  aliasPrefix: 'irc_',
  protocols: ['irc'],
}

/** IRC for the bridge framework: any number of networks, one relay connection each, and one for each login. */
export function createIrcConnector(config: IrcConfig, dependencies: IrcDependencies = {}): NetworkConnector {
  return new IrcConnector(config, dependencies)
}

class IrcConnector implements NetworkConnector {
  readonly info = info
  readonly loginFlows = loginFlows
  readonly handlers: ConnectorHandlers
  readonly #config: IrcConfig
  readonly #dependencies: IrcDependencies
  #host: BridgeHost | undefined
  #networks: Networks | undefined
  #connections = 0
  #isStarted = false

  constructor(config: IrcConfig, dependencies: IrcDependencies) {
    this.#config = config
    this.#dependencies = dependencies
    const relayOf = (network: IrcNetwork): IrcClient | undefined => this.#relay(network)
    this.handlers = {
      openChat: (request) => this.#openChat(request),
      closeChat: (chat) => this.#closeChat(chat),
      relay: (chat) => this.#relayFor(chat),
      commands: createCommands({
        networks: () => this.#known,
        relayOf,
        keepNick: (client, nick) => this.#store.set(`nick/${client.key}`, nick),
      }),
    }
  }

  async init(host: BridgeHost): Promise<void> {
    this.#host = host
    const boot = Number((await host.store.get('boot')) ?? 0) + 1
    await host.store.set('boot', boot)
    this.#networks = new Networks({
      host,
      config: this.#config,
      clock: this.#dependencies.clock ?? systemClock,
      random: this.#dependencies.random ?? Math.random,
      boot,
    })
    await this.#networks.load()
  }

  async start(): Promise<void> {
    this.#isStarted = true
    const host = this.#hostOrThrow
    const used = new Set((await host.portals()).map(({ chat }) => targetOf(chat.chat).network))
    for (const network of this.#known.all()) {
      network.start()
      if (used.has(network.name) || network.settings.channels.length > 0) this.#relay(network)
    }
  }

  async stop(): Promise<void> {
    this.#isStarted = false
    const networks = this.#networks?.all() ?? []
    await Promise.all(networks.flatMap((network) => network.clients()).map((client) => client.disconnect()))
    for (const network of networks) network.lanes.stop()
  }

  startLogin(_flow: string, userId: UserId, signal: AbortSignal): LoginProcess {
    return runLogin(this.#known, userId, signal)
  }

  loadLogin(login: StoredLogin): NetworkClient {
    const metadata = readMetadata(login.metadata)
    const network = this.#known.get(metadata.network)
    if (!network) throw new BridgeError(`the network ${metadata.network} of this login is no longer known`)
    const client: IrcClient = new IrcClient({
      network,
      login: { id: login.id, owner: login.owner },
      connectionNumber: ++this.#connections,
      settings: () => loginSettings(network, login.owner, metadata, client.chosenNick),
    })
    client.beforeConnect = async () => {
      const kept = await this.#store.get(`nick/${login.id}`)
      if (typeof kept === 'string') client.chosenNick = kept
    }
    return client
  }

  readonly ghostSuffix = ghostSuffixOf
  readonly userOfGhost = userOfGhostSuffix
  readonly aliasSuffix = aliasSuffixOf
  readonly identifierOfAlias = identifierOfAliasSuffix

  get #known(): Networks {
    if (!this.#networks) throw new Error('init was not called')
    return this.#networks
  }

  get #hostOrThrow(): BridgeHost {
    if (!this.#host) throw new Error('init was not called')
    return this.#host
  }

  get #store(): BridgeHost['store'] {
    return this.#hostOrThrow.store
  }

  /** The relay of a network, connected when it is first needed. */
  #relay(network: IrcNetwork): IrcClient | undefined {
    if (!network.settings.relay) return undefined
    const relay =
      network.client(relayKey) ??
      new IrcClient({ network, connectionNumber: ++this.#connections, settings: () => relaySettings(network) })
    if (this.#isStarted) {
      relay.connect().catch((error: unknown) => {
        this.#hostOrThrow.logger.error({ err: error, client: relay.label }, 'relay could not start')
      })
    }
    return relay
  }

  #relayFor(chat: ChatKey): NetworkClient | undefined {
    const { network, name } = targetOf(chat.chat)
    const known = this.#networks?.get(network)
    return known && isChannelName(name) ? this.#relay(known) : undefined
  }

  async #openChat(request: OpenChatRequest): Promise<OpenedChat> {
    const wish = parseChatWish(request.identifier)
    checkTarget(wish.name)
    const login = request.login === undefined ? undefined : this.#clientOfLogin(request.login)
    const before = new Set(this.#known.all())
    const network = wish.network === undefined && login ? login.network : await this.#known.named(wish.network)
    try {
      return await this.#openOn(network, wish, request, login)
    } catch (error) {
      // A mistyped address is not kept.
      if (!before.has(network)) await this.#known.remove(network.name)
      throw error
    }
  }

  async #openOn(
    network: IrcNetwork,
    wish: ChatWish,
    request: OpenChatRequest,
    login: IrcClient | undefined,
  ): Promise<OpenedChat> {
    const own = login?.network === network ? login : this.#clientOfOwner(network, request.requestedBy)
    if (!isChannelName(wish.name)) return await this.#openPrivate(network, own, wish.name)
    const client = own ?? this.#relay(network)
    if (!client) throw new BridgeError(`${network.displayName} has no relay here. Say \`login\` to connect yourself.`)
    const opened = await openChannel(client, wish.name, wish.key)
    // The room is watched by the relay too, or nobody would see it when its only login goes.
    const relay = this.#relay(network)
    if (relay && relay !== client) relay.joins.want(targetOf(opened.chat.chat).name, wish.key)
    return opened
  }

  async #openPrivate(network: IrcNetwork, own: IrcClient | undefined, nick: string): Promise<OpenedChat> {
    if (!own?.login) {
      throw new BridgeError(`To talk to ${nick} alone you need your own nick on ${network.displayName}. Say \`login\`.`)
    }
    const session = await own.connection.whenReady()
    const folded = network.fold(nick)
    const user = remoteUser(network.name, nick, session?.features ?? network)
    return {
      chat: chatKeyOf({ network: network.name, name: folded }, own.login.id),
      snapshot: privateSnapshot(user, nick),
    }
  }

  async #closeChat(chat: ChatKey): Promise<void> {
    const { network, name } = targetOf(chat.chat)
    if (!isChannelName(name)) return
    for (const client of this.#known.get(network)?.clients() ?? []) {
      client.joins.forget(name)
      client.session?.write('PART', [name, 'no longer bridged'], name)
    }
    await Promise.resolve()
  }

  #clientOfLogin(id: string): IrcClient | undefined {
    for (const network of this.#known.all()) {
      const client = network.client(id)
      if (client) return client
    }
    return undefined
  }

  #clientOfOwner(network: IrcNetwork, userId: UserId): IrcClient | undefined {
    return network.clients().find((client) => client.login?.owner === userId)
  }
}

/** Somebody waits: a connection that rests between two tries tries now, and a failure is told in place of going on for ever. */
async function openChannel(client: IrcClient, name: string, key: string | undefined): Promise<OpenedChat> {
  const { network } = client
  const isNew = !client.joins.isWanted(name)
  const done = new AbortController()
  client.joins.want(name, key)
  if (!client.session && client.connection.isResting) client.connection.reconnect('asked to connect')
  try {
    await Promise.race([client.joins.whenJoined(name, done.signal), client.untilFailure(done.signal)])
  } catch (error) {
    const forward = client.joins.forwardOf(name)
    if (isNew) client.joins.forget(name)
    if (forward === undefined || network.fold(forward) === network.fold(name)) throw error
    return await openChannel(client, forward, undefined)
  } finally {
    done.abort()
  }
  const chat = network.channelChat(name)
  return { chat, snapshot: await client.chatSnapshot(chat) }
}
