import type { JsonObject, UserId } from '@pons/matrix'
import type { BridgeHost, ClientState, DownloadedMedia } from '../network/bridge-host.ts'
import type { ChatKey } from '../network/chat.ts'
import type { NetworkConnector, OpenedChat, StoredLogin } from '../network/connector.ts'
import type { LoginProcess } from '../network/login-flow.ts'
import type { NetworkClient } from '../network/network-client.ts'

/** How the connection of a login is; `message` is for its owner. */
export type TellState = (state: ClientState, message?: string) => void

/** How an account begins and ends. */
export interface AccountLife {
  /**
   * Begins to connect; how it goes is told. Resolves once it need not be looked after any more: it is there, or connects again
   * by itself, or was stopped. Rejects where nothing will come of it: another one is made then, after a pause.
   */
  start(): Promise<void>
  /** Closes the connection; afterwards no event is ingested. Idempotent, also before `start` and meanwhile. */
  stop(): Promise<void>
}

/** A login while it is connected: what the network's library is needed for. Made anew for every `connect`. */
export interface LoginAccount extends Pick<NetworkClient, 'chatSnapshot' | 'userInfo' | 'transmit'> {
  readonly life: AccountLife
  /** Ends the login on the network's side, for networks that keep one. */
  logOut?(): Promise<void>
  /** The chat that a person names; undefined for nobody's. */
  find(identifier: string): Promise<OpenedChat | undefined>
  /** What an event named, its `source` saying as `login` which login saw it. */
  media?(source: JsonObject): Promise<DownloadedMedia>
}

/** A login, with what surrounds it. */
export interface GivenLogin<Account> {
  readonly host: BridgeHost
  readonly login: StoredLogin
  readonly tell: TellState
  /** Waits until there is one. @throws BridgeError where there will be none, or the signal ends the wait */
  readonly account: (signal?: AbortSignal) => Promise<Account>
  /** The one that a Matrix user added last. */
  readonly loginOf: (owner: UserId) => StoredLogin | undefined
}

/** What is known of a login whether or not it is connected; the library need not be loaded for that. */
export interface KnownLogin<Account> extends Pick<NetworkClient, 'handlers' | 'serves' | 'isSelf'> {
  readonly capabilities: NonNullable<NetworkClient['capabilities']>
  readonly remoteIdOf?: NonNullable<NetworkClient['remoteIdOf']>
  /** Throws for what cannot be a chat of the network: it is refused before anything waits for the connection. */
  readonly checkChat?: (chat: ChatKey) => void
  /** Loads the library and builds the account; dials nothing. undefined where there is none, which it has told. */
  readonly open: () => Promise<Account | undefined>
  /** The login is over: what is stored of it goes. */
  readonly forget?: () => Promise<void>
}

/** A network in which everything goes through the logins of people: no connection of it is anybody else's. */
export interface LoginNetwork<Account extends LoginAccount> extends Pick<
  NetworkConnector,
  'info' | 'loginFlows' | 'ghostSuffix' | 'userOfGhost' | 'aliasSuffix' | 'identifierOfAlias'
> {
  /** Words for what is wrong with the settings; undefined when they will do. */
  readonly problem?: string | undefined
  /** Said where `find` finds nobody: how people are named here. */
  readonly nobody: string
  /** Describes the command `reconnect`, where there is a use for one. */
  readonly reconnect?: string
  startLogin(host: BridgeHost, flow: string, signal: AbortSignal): LoginProcess
  loadLogin(given: GivenLogin<Account>): KnownLogin<Account>
}
