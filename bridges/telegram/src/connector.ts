import {
  BridgeError,
  type BridgeHost,
  type ChatKey,
  type ConnectorHandlers,
  type LoginId,
  type LoginProcess,
  type NetworkClient,
  type NetworkConnector,
  type OpenChatRequest,
  type OpenedChat,
  type RemoteUserId,
  type StoredLogin,
} from '@pons/core'
import type { JsonObject, UserId } from '@pons/matrix'
import { TelegramLogin } from './client.ts'
import { configProblem, type TelegramConfig } from './config.ts'
import { ghostSuffixOf, selfPeer, userOfGhostSuffix } from './ids.ts'
import { loginFlows } from './login-flows.ts'
import type { PeerKey } from './protocol/peer-key.ts'

/** Telegram, through accounts of people and bots. The library is loaded when the first of them connects. */
export function createTelegramConnector(config: TelegramConfig): NetworkConnector {
  return new TelegramConnector(config)
}

class TelegramConnector implements NetworkConnector {
  readonly info = {
    id: 'telegram',
    displayName: 'Telegram',
    url: 'https://telegram.org/',
    commandPrefix: '!tg',
    botLocalpart: 'telegrambot',
    ghostPrefix: 'telegram_',
    aliasPrefix: 'telegram_',
    protocols: ['telegram'],
  }
  readonly loginFlows = loginFlows
  readonly handlers: ConnectorHandlers
  readonly #config: TelegramConfig
  readonly #clients = new Map<string, TelegramLogin>()
  readonly #owners = new Map<LoginId, UserId>()
  #host: BridgeHost | undefined

  constructor(config: TelegramConfig) {
    this.#config = config
    this.handlers = {
      openChat: (request) => this.#openChat(request),
      media: async (source) => await this.#clientOf(source).media(source),
    }
  }

  async init(host: BridgeHost): Promise<void> {
    const problem = configProblem(this.#config)
    if (problem !== undefined) throw new BridgeError(problem)
    this.#host = host
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async *startLogin(flow: string, _userId: UserId, signal: AbortSignal): LoginProcess {
    const { api_id: apiId, api_hash: apiHash } = this.#config
    if (apiId === undefined || apiHash === undefined) {
      throw new BridgeError(
        'Telegram wants every program to have a number of its own. Get one at my.telegram.org and set networks.telegram.api_id and api_hash; docs/telegram.md says how.',
      )
    }
    const { runLogin } = await import('./login.ts')
    return yield* runLogin({ host: this.#requireHost(), config: this.#config, apiId, apiHash }, flow, signal)
  }

  loadLogin(login: StoredLogin): NetworkClient {
    const accountOf = (userId: UserId): PeerKey | undefined => this.#accountOf(userId)
    const client = new TelegramLogin({ host: this.#requireHost(), config: this.#config, accountOf }, login)
    this.#owners.set(login.id, login.owner)
    this.#clients.set(login.id, client)
    return client
  }

  ghostSuffix(user: RemoteUserId): string {
    return ghostSuffixOf(user)
  }

  userOfGhost(suffix: string): RemoteUserId | undefined {
    return userOfGhostSuffix(suffix)
  }

  /** A private chat has no name that others could use. */
  aliasSuffix({ chat, receiver }: ChatKey): string | undefined {
    return receiver === undefined ? chat : undefined
  }

  identifierOfAlias(suffix: string): string | undefined {
    return /^c[0-9]+$/.test(suffix) ? suffix : undefined
  }

  async #openChat({ identifier, login }: OpenChatRequest): Promise<OpenedChat> {
    const client = login === undefined ? undefined : this.#clients.get(login)
    if (client === undefined) throw new BridgeError('Log in to Telegram first: say `login`.')
    const found = await client.find(identifier)
    if (found === undefined) {
      throw new BridgeError(
        'Nobody on Telegram goes by that; write a username (@name) or a phone number (+15550000001).',
      )
    }
    return found
  }

  #accountOf(userId: UserId): PeerKey | undefined {
    const logins = [...this.#owners].filter(([, owner]) => owner === userId)
    const latest = logins.at(-1)
    return latest && selfPeer(latest[0])
  }

  #clientOf(source: JsonObject): TelegramLogin {
    const client = typeof source['login'] === 'string' ? this.#clients.get(source['login']) : undefined
    if (client === undefined) throw new BridgeError('the login that could fetch it is gone')
    return client
  }

  #requireHost(): BridgeHost {
    if (this.#host === undefined) throw new Error('the connector was not initialised')
    return this.#host
  }
}
