import type { JsonObject, UserId } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import type { BridgeHost, DownloadedMedia } from '../network/bridge-host.ts'
import type { ChatKey } from '../network/chat.ts'
import type {
  ConnectorHandlers,
  NetworkConnector,
  OpenChatRequest,
  OpenedChat,
  StoredLogin,
} from '../network/connector.ts'
import { loginId, type LoginId, type RemoteUserId } from '../network/ids.ts'
import type { LoginProcess } from '../network/login-flow.ts'
import type { NetworkClient } from '../network/network-client.ts'
import { loginClient, type LoginClient } from './login-client.ts'
import type { LoginAccount, LoginNetwork } from './login-network.ts'
import { reconnectCommand } from './reconnect-command.ts'

/** The connector of a network in which everything goes through the logins of people. */
export function loginConnector<Account extends LoginAccount>(network: LoginNetwork<Account>): NetworkConnector {
  return new LoginConnector(network)
}

class LoginConnector<Account extends LoginAccount> implements NetworkConnector {
  readonly info: NetworkConnector['info']
  readonly loginFlows: NetworkConnector['loginFlows']
  readonly handlers: ConnectorHandlers
  readonly #network: LoginNetwork<Account>
  /** In the order in which they were loaded. */
  readonly #logins = new Map<LoginId, { readonly login: StoredLogin; readonly client: LoginClient }>()
  #host: BridgeHost | undefined

  constructor(network: LoginNetwork<Account>) {
    const { info, loginFlows, reconnect } = network
    this.#network = network
    this.info = info
    this.loginFlows = loginFlows
    this.handlers = {
      openChat: async (request) => await this.#openChat(request),
      media: async (source) => await this.#media(source),
      ...(reconnect !== undefined && {
        commands: [reconnectCommand(info.displayName, reconnect, (id) => this.#logins.get(id)?.client)],
      }),
    }
  }

  async init(host: BridgeHost): Promise<void> {
    const { problem } = this.#network
    if (problem !== undefined) throw new BridgeError(problem)
    this.#host = host
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async *startLogin(flow: string, _userId: UserId, signal: AbortSignal): LoginProcess {
    return yield* this.#network.startLogin(this.#requireHost(), flow, signal)
  }

  loadLogin(login: StoredLogin): NetworkClient {
    const network = this.#network
    const given = { host: this.#requireHost(), login, loginOf: (owner: UserId) => this.#loginOf(owner) }
    const client = loginClient<Account>(network.info.displayName, given, (all) => network.loadLogin(all))
    this.#logins.set(login.id, { login, client })
    return client
  }

  ghostSuffix(user: RemoteUserId): string {
    return this.#network.ghostSuffix(user)
  }

  userOfGhost(suffix: string): RemoteUserId | undefined {
    return this.#network.userOfGhost(suffix)
  }

  aliasSuffix(chat: ChatKey): string | undefined {
    return this.#network.aliasSuffix(chat)
  }

  identifierOfAlias(suffix: string): string | undefined {
    return this.#network.identifierOfAlias(suffix)
  }

  async #openChat({ identifier, login }: OpenChatRequest): Promise<OpenedChat> {
    const { info, nobody } = this.#network
    const client = login === undefined ? undefined : this.#logins.get(login)?.client
    if (client === undefined) throw new BridgeError(`Log in to ${info.displayName} first: say \`login\`.`)
    const found = await (await client.account()).find(identifier)
    if (found === undefined) throw new BridgeError(nobody)
    return found
  }

  async #media(source: JsonObject): Promise<DownloadedMedia> {
    const { login } = source
    const client = typeof login === 'string' ? this.#logins.get(loginId(login))?.client : undefined
    if (client === undefined) throw new BridgeError('the login that could fetch it is gone')
    const account = await client.account()
    if (account.media === undefined) throw new BridgeError(`${this.info.displayName} has no media`)
    return await account.media(source)
  }

  #loginOf(owner: UserId): StoredLogin | undefined {
    return [...this.#logins.values()].findLast(({ login }) => login.owner === owner)?.login
  }

  #requireHost(): BridgeHost {
    if (this.#host === undefined) throw new Error('the connector was not initialised')
    return this.#host
  }
}
