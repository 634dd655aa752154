import { BridgeError } from '@pons/core'
import { isJsonObject, isUserId, type JsonObject, type UserId } from '@pons/matrix'
import { Value } from 'typebox/value'
import { nameOfAddress } from './address/name-of-address.ts'
import { parseAddress, type Security } from './address/parse-address.ts'
import { portOf } from './address/port-of.ts'
import { NetworkConfig } from './config.ts'
import { networkNamePattern } from './ids.ts'
import { IrcNetwork, type NetworkOrigin, type NetworkParts } from './network.ts'

const storedPrefix = 'network/'

/** Who asks. */
export interface Asker {
  readonly userId: UserId
  readonly isAdmin: boolean
}

export interface WantedNetwork {
  readonly name: string
  readonly address: string
  readonly security?: Security | undefined
  /** Of the relay there. */
  readonly nick?: string | undefined
}

/** The networks of the configuration and those that people added by hand. */
export class Networks {
  readonly #networks = new Map<string, IrcNetwork>()
  readonly #parts: NetworkParts

  constructor(parts: NetworkParts) {
    this.#parts = parts
  }

  async load(): Promise<void> {
    for (const [name, settings] of Object.entries(this.#parts.config.networks))
      await this.#open(name, settings, { isConfigured: true })
    for (const { key, value } of await this.#parts.host.store.list(storedPrefix)) {
      const name = key.slice(storedPrefix.length)
      // The configuration has the last word about a network that is in both.
      if (!isJsonObject(value) || this.#networks.has(name)) continue
      const { owner, ...settings } = value
      const origin = { isConfigured: false, ...(typeof owner === 'string' && isUserId(owner) && { owner }) }
      await this.#open(name, readSettings(settings), origin)
    }
  }

  get(name: string): IrcNetwork | undefined {
    return this.#networks.get(name)
  }

  all(): readonly IrcNetwork[] {
    return [...this.#networks.values()]
  }

  /** The networks that person may know of: everybody's, and their own. */
  visibleTo({ userId, isAdmin }: Asker): readonly IrcNetwork[] {
    return this.all().filter(({ owner }) => isAdmin || owner === undefined || owner === userId)
  }

  find(name: string, asker: Asker): IrcNetwork | undefined {
    return this.visibleTo(asker).find((network) => network.name === name)
  }

  isConfigured(name: string): boolean {
    return Object.hasOwn(this.#parts.config.networks, name)
  }

  /** @throws BridgeError when that person may add none */
  requireMayAdd({ userId, isAdmin }: Asker): void {
    const { add_networks: who, networks_per_user: most, networks_in_all: all } = this.#parts.config
    const total = this.all().length
    if (total >= all && !isAdmin) throw new BridgeError('This bridge has all the networks that it may have.')
    if (isAdmin) return
    if (who !== 'everybody') {
      throw new BridgeError('Only an administrator of the bridge may add networks. `networks` lists those there are.', {
        reason: 'm.no_permission',
      })
    }
    const count = this.all().filter(({ owner }) => owner === userId).length
    if (count >= most) throw new BridgeError(`You have added ${count} networks; more are not allowed.`)
  }

  /** @throws BridgeError when the name or the address cannot be used, or that person may add none */
  async add({ name, address, security, nick }: WantedNetwork, asker: Asker): Promise<IrcNetwork> {
    this.requireMayAdd(asker)
    if (!networkNamePattern.test(name)) {
      throw new BridgeError('A network’s name is up to 32 letters a-z, digits and hyphens, for example libera.')
    }
    if (this.#networks.has(name)) throw new BridgeError(`There is a network ${name} already.`)
    const parsed = parseAddress(address)
    const tls = security ?? parsed.security ?? 'tls'
    const settings = { address: parsed.host, port: portOf(tls, parsed.port), tls, ...(nick !== undefined && { nick }) }
    this.#requireAllowed(parsed.host)
    // What an administrator adds is everybody's.
    const owner = asker.isAdmin ? {} : { owner: asker.userId }
    await this.#parts.host.store.set(storedPrefix + name, { ...settings, ...owner })
    return await this.#open(name, readSettings(settings), { isConfigured: false, ...owner })
  }

  /** The network a person named: by its name, or by its address, which adds it. undefined: the only one there is. */
  async named(text: string | undefined, asker: Asker): Promise<IrcNetwork> {
    if (text === undefined) {
      const visible = this.visibleTo(asker)
      const [only, second] = visible
      if (only && !second) return only
      const names = visible.map(({ name }) => name)
      throw new BridgeError(
        names.length === 0
          ? 'No network is known yet. Say `add-network NAME ADDRESS[:PORT] [plain|tls|tls-insecure] [nick=NICK]`.'
          : `On which network? Say \`join NETWORK #channel\`, with one of ${names.join(', ')}.`,
      )
    }
    const known = this.find(text.toLowerCase(), asker)
    if (known) return known
    if (!/[.:]/.test(text)) throw new BridgeError(`There is no network ${text}. \`networks\` lists those there are.`)
    const { host, port, security } = parseAddress(text)
    const samePlace = this.visibleTo(asker).find(
      ({ settings }) =>
        settings.address === host && (port === undefined || portOf(settings.tls, settings.port) === port),
    )
    const name = this.#freeName(nameOfAddress(host))
    return samePlace ?? (await this.add({ name, address: text, security }, asker))
  }

  async remove(name: string): Promise<void> {
    const network = this.get(name)
    if (!network) throw new BridgeError(`There is no network ${name}.`)
    if (this.isConfigured(name)) throw new BridgeError(`${name} is in the configuration file; take it out there.`)
    await this.#parts.host.store.delete(storedPrefix + name)
    for (const client of network.clients()) await client.disconnect()
    network.lanes.stop()
    this.#networks.delete(name)
  }

  async #open(name: string, settings: NetworkConfig, origin: NetworkOrigin): Promise<IrcNetwork> {
    const network = new IrcNetwork(name, settings, this.#parts, origin)
    await network.load()
    this.#networks.set(name, network)
    return network
  }

  // What a name stands for is judged when it is dialled.
  #requireAllowed(host: string): void {
    try {
      this.#parts.host.egress.forOthers.check(host)
    } catch (error) {
      throw new BridgeError('The bridge does not connect to addresses of that kind.', { cause: error })
    }
  }

  #freeName(wanted: string): string {
    for (let count = 1; ; count++) {
      const name = count === 1 ? wanted : `${wanted.slice(0, 28)}-${count}`
      if (!this.#networks.has(name)) return name
    }
  }
}

function readSettings(value: JsonObject): NetworkConfig {
  return Value.Parse(NetworkConfig, Value.Default(NetworkConfig, Value.Clone(value)))
}
