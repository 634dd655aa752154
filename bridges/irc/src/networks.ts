import { BridgeError } from '@pons/core'
import { isJsonObject, type JsonObject } from '@pons/matrix'
import { Value } from 'typebox/value'
import { nameOfAddress, parseAddress, portOf, type Security } from './address.ts'
import { NetworkConfig } from './config.ts'
import { networkNamePattern } from './ids.ts'
import { IrcNetwork, type NetworkParts } from './network.ts'

const storedPrefix = 'network/'

/** The networks of the configuration and those that people added by hand. */
export class Networks {
  readonly #networks = new Map<string, IrcNetwork>()
  readonly #parts: NetworkParts

  constructor(parts: NetworkParts) {
    this.#parts = parts
  }

  async load(): Promise<void> {
    for (const [name, settings] of Object.entries(this.#parts.config.networks)) await this.#open(name, settings)
    for (const { key, value } of await this.#parts.host.store.list(storedPrefix)) {
      const name = key.slice(storedPrefix.length)
      // The configuration has the last word about a network that is in both.
      if (isJsonObject(value) && !this.#networks.has(name)) await this.#open(name, readSettings(value))
    }
  }

  get(name: string): IrcNetwork | undefined {
    return this.#networks.get(name)
  }

  all(): readonly IrcNetwork[] {
    return [...this.#networks.values()]
  }

  isConfigured(name: string): boolean {
    return Object.hasOwn(this.#parts.config.networks, name)
  }

  /** @throws BridgeError when the name or the address cannot be used */
  async add(name: string, address: string, security: Security | undefined): Promise<IrcNetwork> {
    if (!networkNamePattern.test(name)) {
      throw new BridgeError('A network’s name is up to 32 letters a-z, digits and hyphens, for example libera.')
    }
    if (this.#networks.has(name)) throw new BridgeError(`There is a network ${name} already.`)
    const parsed = parseAddress(address)
    const tls = security ?? parsed.security ?? 'tls'
    const settings = { address: parsed.host, port: portOf(tls, parsed.port), tls }
    await this.#parts.host.store.set(storedPrefix + name, settings)
    return await this.#open(name, readSettings(settings))
  }

  /** The network a person named: by its name, or by its address, which adds it. undefined: the only one there is. */
  async named(text: string | undefined): Promise<IrcNetwork> {
    if (text === undefined) {
      const [only, second] = this.all()
      if (only && !second) return only
      const names = this.all().map(({ name }) => name)
      throw new BridgeError(
        names.length === 0
          ? 'No network is known yet. Say: add-network NAME ADDRESS[:PORT] [plain|tls|tls-insecure]'
          : `On which network? Say: join NETWORK #channel, with one of ${names.join(', ')}.`,
      )
    }
    const known = this.get(text.toLowerCase())
    if (known) return known
    if (!/[.:]/.test(text)) throw new BridgeError(`There is no network ${text}. \`networks\` lists those there are.`)
    const { host, port, security } = parseAddress(text)
    const samePlace = this.all().find(
      ({ settings }) =>
        settings.address === host && (port === undefined || portOf(settings.tls, settings.port) === port),
    )
    return samePlace ?? (await this.add(this.#freeName(nameOfAddress(host)), text, security))
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

  async #open(name: string, settings: NetworkConfig): Promise<IrcNetwork> {
    const network = new IrcNetwork(name, settings, this.#parts)
    await network.load()
    this.#networks.set(name, network)
    return network
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
