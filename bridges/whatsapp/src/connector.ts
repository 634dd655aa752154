import {
  BridgeError,
  type BridgeHost,
  type ChatKey,
  type ConnectorHandlers,
  type LoginProcess,
  type NetworkClient,
  type NetworkCommandRequest,
  type NetworkConnector,
  type OpenChatRequest,
  type OpenedChat,
  type RemoteUserId,
  type StoredLogin,
} from '@pons/core'
import type { JsonObject, UserId } from '@pons/matrix'
import { WhatsAppLogin } from './client.ts'
import { configProblem, type WhatsAppConfig } from './config.ts'
import { digitsOf, ghostSuffixOf, isGroup, jidOf, jidOfChat, userOfGhostSuffix, type Jid } from './ids.ts'
import { loginFlows } from './login-flows.ts'
import { SharedLines } from './placeholders.ts'

/** WhatsApp, as a linked device of people's accounts. The library is loaded when the first of them connects. */
export function createWhatsAppConnector(config: WhatsAppConfig): NetworkConnector {
  return new WhatsAppConnector(config)
}

class WhatsAppConnector implements NetworkConnector {
  readonly info = {
    id: 'whatsapp',
    displayName: 'WhatsApp',
    url: 'https://www.whatsapp.com/',
    commandPrefix: '!wa',
    botLocalpart: 'whatsappbot',
    ghostPrefix: 'whatsapp_',
    aliasPrefix: 'whatsapp_',
    protocols: ['whatsapp'],
  }
  readonly loginFlows = loginFlows
  readonly handlers: ConnectorHandlers
  readonly #config: WhatsAppConfig
  readonly #clients = new Map<string, WhatsAppLogin>()
  readonly #lines = new SharedLines()
  #host: BridgeHost | undefined

  constructor(config: WhatsAppConfig) {
    this.#config = config
    this.handlers = {
      openChat: (request) => this.#openChat(request),
      media: async (source) => await this.#clientOf(source).media(source),
      commands: [
        {
          name: 'reconnect',
          usage: 'reconnect',
          description: 'Connects your linked device again, after another program had taken its place.',
          run: async (request) => await this.#reconnect(request),
        },
      ],
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
    const { runLogin } = await import('./login.ts')
    return yield* runLogin({ host: this.#requireHost(), config: this.#config }, flow, signal)
  }

  loadLogin(login: StoredLogin): NetworkClient {
    const addressOf = (userId: UserId): Jid | undefined => this.#ownedBy(userId)?.address
    const parts = { host: this.#requireHost(), config: this.#config, addressOf, lines: this.#lines }
    const client = new WhatsAppLogin(parts, login)
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
  aliasSuffix(chat: ChatKey): string | undefined {
    const jid = jidOfChat(chat)
    return isGroup(jid) ? `group-${digitsOf(jid)}` : undefined
  }

  identifierOfAlias(suffix: string): string | undefined {
    const [, digits] = /^group-([0-9]+(?:-[0-9]+)?)$/.exec(suffix) ?? []
    return digits === undefined ? undefined : jidOf(`${digits}@g.us`)
  }

  async #openChat({ identifier, login }: OpenChatRequest): Promise<OpenedChat> {
    const client = login === undefined ? undefined : this.#clients.get(login)
    if (client === undefined) throw new BridgeError('Log in to WhatsApp first: say `login`.')
    const found = await client.find(identifier)
    if (found === undefined) {
      throw new BridgeError('Nobody on WhatsApp has that number; write it with the country’s code: +15550000001.')
    }
    return found
  }

  async #reconnect({ logins }: NetworkCommandRequest): Promise<string> {
    const clients = logins.flatMap(({ id }) => this.#clients.get(id) ?? [])
    if (clients.length === 0) throw new BridgeError('You are not logged in to WhatsApp.')
    for (const client of clients) await client.reconnect()
    return 'Connecting again.'
  }

  #ownedBy(userId: UserId): WhatsAppLogin | undefined {
    return [...this.#clients.values()].find(({ owner }) => owner === userId)
  }

  #clientOf(source: JsonObject): WhatsAppLogin {
    const client = typeof source['login'] === 'string' ? this.#clients.get(source['login']) : undefined
    if (client === undefined) throw new BridgeError('the login that could fetch it is gone')
    return client
  }

  #requireHost(): BridgeHost {
    if (this.#host === undefined) throw new Error('the connector was not initialised')
    return this.#host
  }
}
