import {
  BridgeError,
  type BridgeHost,
  type ChatKey,
  type ConnectorHandlers,
  type LoginProcess,
  type NetworkClient,
  type NetworkConnector,
  type NetworkInfo,
  type StoredLogin,
} from '@pons/core'
import { type UserId, systemClock, type Clock } from '@pons/matrix'
import { IrcClient } from './client.ts'
import { createCommands } from './commands/commands.ts'
import type { IrcConfig } from './config.ts'
import { loginSettings, readMetadata, relaySettings } from './connection-settings.ts'
import {
  aliasSuffixOf,
  ghostSuffixOf,
  identifierOfAliasSuffix,
  isChannelName,
  targetOf,
  userOfGhostSuffix,
} from './ids.ts'
import { loginFlows, runLogin } from './login.ts'
import { relayKey, type IrcNetwork } from './network.ts'
import { Networks } from './networks.ts'
import { openChat } from './open-chat.ts'
import type { OwnConnection } from './own-connection.ts'
import { DialGate } from './protocol/dial-gate.ts'

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
  hasPublicNames: true,
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
    const relayOf = (network: IrcNetwork): OwnConnection | undefined => this.#relay(network)
    const redial = (network: IrcNetwork): OwnConnection | undefined => this.#relay(network, true)
    this.handlers = {
      openChat: async (request) =>
        await openChat({ networks: this.#known, host: this.#hostOrThrow, relayOf, redial }, request),
      isKept: (chat) => this.#isConfigured(chat),
      closeChat: (chat) => this.#closeChat(chat),
      relay: (chat) => this.#relayFor(chat),
      commands: createCommands({
        networks: () => this.#known,
        relayOf,
        host: () => this.#hostOrThrow,
        redial,
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
      dials: new DialGate(this.#config.connections_at_once),
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

  async *startLogin(_flow: string, userId: UserId, signal: AbortSignal): LoginProcess {
    const asker = { userId, isAdmin: await this.#hostOrThrow.isAdmin(userId) }
    return yield* runLogin(this.#known, asker, signal, (network) => this.#known.remove(network.name))
  }

  loadLogin(login: StoredLogin): NetworkClient {
    const metadata = readMetadata(login.metadata)
    const network = this.#known.get(metadata.network)
    if (!network) throw new BridgeError(`the network ${metadata.network} of this login is no longer known`)
    // Chosen at run time, in place of the login's.
    let chosenNick: string | undefined
    return new IrcClient({
      network,
      login: { id: login.id, owner: login.owner },
      connectionNumber: ++this.#connections,
      settings: () => loginSettings(network, login.owner, metadata, chosenNick),
      beforeConnect: async () => {
        const kept = await this.#store.get(`nick/${login.id}`)
        if (typeof kept === 'string') chosenNick = kept
      },
    })
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
  #relay(network: IrcNetwork, isAsked = false): OwnConnection | undefined {
    if (!network.settings.relay) return undefined
    const relay =
      network.client(relayKey) ??
      new IrcClient({ network, connectionNumber: ++this.#connections, settings: () => relaySettings(network) })
    // One that was given up is dialled again when somebody asks for it, not with each message.
    if (this.#isStarted && (isAsked || !relay.isGivenUp)) {
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

  #isConfigured({ chat }: ChatKey): boolean {
    const { network: of, name } = targetOf(chat)
    const network = this.#known.get(of)
    return network?.settings.channels.some((channel) => network.fold(channel) === name) === true
  }

  async #closeChat(chat: ChatKey): Promise<void> {
    const { network, name } = targetOf(chat.chat)
    if (!isChannelName(name)) return
    for (const client of this.#known.get(network)?.clients() ?? []) {
      client.joins.forget(name)
      client.connection.ready?.write('PART', [name, 'no longer bridged'], name)
    }
    await Promise.resolve()
  }
}
