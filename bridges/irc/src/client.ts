import {
  BridgeError,
  type ChatKey,
  type ChatSnapshot,
  type ClientHandlers,
  type Fate,
  type RecoverContext,
  type RemoteAction,
  type RemoteUser,
  type RemoteUserId,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import { NewsWaiters } from './news-waiters.ts'
import { privateSnapshot } from './chat-info/private-snapshot.ts'
import { remoteUser } from './chat-info/remote-user.ts'
import { ConnectionLife } from './connection-life.ts'
import { Failures } from './failures.ts'
import { Greeted } from './from-network/greeted.ts'
import { CatchUp } from './from-network/history/catch-up.ts'
import { takeOver } from './from-network/history/take-over.ts'
import { NickStored } from './from-network/nick-stored.ts'
import type { ReadingContext } from './from-network/reading-context.ts'
import { Recent } from './from-network/recent.ts'
import { isChannelName, targetOf } from './ids.ts'
import { snapshotOf } from './irc-context.ts'
import type { Joins } from './joins/joins.ts'
import { newJoins } from './joins/new-joins.ts'
import { LineListeners } from './line-listeners.ts'
import { relayKey, type IrcNetwork } from './network.ts'
import { newConnection } from './new-connection.ts'
import type { OwnConnection, OwnLogin } from './own-connection.ts'
import type { PlayedHistory } from './own-lines.ts'
import type { IrcConnection } from './protocol/connection.ts'
import type { ConnectionSettings } from './protocol/session-settings.ts'
import { reportState } from './report-state.ts'
import { spelling } from './spelling.ts'
import { storedBeforeLeaving } from './stored-before-leaving.ts'
import { createHandlers } from './to-network/handlers.ts'
import { reactionRemovalHandler } from './to-network/reaction-removal-handler.ts'
import { recover } from './to-network/recover.ts'
import { transmit } from './to-network/transmit.ts'
import { wantChannels } from './want-channels.ts'

export interface IrcClientOptions {
  readonly network: IrcNetwork
  /** undefined: the relay. */
  readonly login?: OwnLogin
  /** Asked anew before each try. */
  readonly settings: () => ConnectionSettings
  /** Distinguishes this process' connections in ids of unnumbered lines. */
  readonly connectionNumber: number
  /** Awaited before the first dial. */
  readonly beforeConnect?: () => Promise<void>
}

/** One person's connection to a network, or the relay's. */
export class IrcClient implements OwnConnection {
  readonly key: string
  readonly login: OwnLogin | undefined
  readonly label: string
  readonly connection: IrcConnection
  readonly joins: Joins
  readonly listeners = new LineListeners()
  readonly failures = new Failures()
  readonly #network: IrcNetwork
  readonly #beforeConnect: (() => Promise<void>) | undefined
  readonly #context: ReadingContext
  readonly #handlers: ClientHandlers
  readonly #life: ConnectionLife

  constructor({ network, login, settings, connectionNumber, beforeConnect }: IrcClientOptions) {
    this.#network = network
    this.#beforeConnect = beforeConnect
    this.login = login
    this.key = login?.id ?? relayKey
    this.label = `${network.name} (${login?.owner ?? 'relay'})`
    this.connection = newConnection(network, { settings, label: this.label }, () => this.#life)
    this.joins = newJoins({
      network,
      connection: this.connection,
      isArriving: (channel) => this.#context.catchUp.isRunning(channel),
    })
    const { key, label, connection, joins } = this
    const news = new NewsWaiters()
    const context = { network, self: this, key, login, label, connectionNumber, connection, joins, news }
    const [recent, nickStored] = [new Recent(), new NickStored()]
    const catchUp = new CatchUp({ ...context, recent, nickStored })
    this.#context = { ...context, catchUp, recent, greeted: new Greeted(), nickStored }
    const { listeners, failures } = this
    this.#life = new ConnectionLife({ context: this.#context, listeners, failures })
    this.#handlers = createHandlers(context)
    network.add(this)
  }

  /** What the server that we are connected to lets us do. */
  get handlers(): ClientHandlers {
    if (this.isRelay || this.connection.ready?.server.mayTag('draft/unreact') !== true) return this.#handlers
    return { ...this.#handlers, reactionRemoval: reactionRemovalHandler(this.#context) }
  }

  get isRelay(): boolean {
    return this.login === undefined
  }

  get isGivenUp(): boolean {
    return this.#life.isGivenUp
  }

  async connect(): Promise<void> {
    if (this.connection.isRunning) return
    this.#network.add(this)
    await this.#beforeConnect?.()
    await wantChannels(this.#context)
    this.#life.begin()
    this.connection.start()
  }

  async disconnect(): Promise<void> {
    const network = this.#network
    this.joins.stop()
    await this.connection.stop(network.parts.config.quit_message)
    await storedBeforeLeaving(network)
    await network.nicks.lose(this.key, true)
    network.remove(this)
  }

  async logout(): Promise<void> {
    await this.disconnect()
    this.#context.catchUp.privates.forget()
    reportState(this.#context, 'LOGGED_OUT')
  }

  serves(chat: ChatKey): boolean {
    const { network, name } = targetOf(chat.chat)
    if (network !== this.#network.name) return false
    // A login joins a channel when its owner first speaks there.
    if (isChannelName(name)) return true
    return chat.receiver !== undefined && chat.receiver === this.login?.id
  }

  isSelf(user: RemoteUserId): boolean {
    const { network, name } = targetOf(user)
    return network === this.#network.name && this.connection.ready?.isSelf(name) === true
  }

  async chatSnapshot(chat: ChatKey): Promise<ChatSnapshot> {
    const { name } = targetOf(chat.chat)
    if (!isChannelName(name)) return privateSnapshot(await this.userInfo(chatPartner(chat)), name)
    await this.joins.whenJoined(name)
    const session = this.connection.ready
    const channel = session?.channel(name)
    if (!session || !channel) throw new BridgeError(`${this.label} is not in ${name} now`, { isRetryable: true })
    return snapshotOf(this.#context, channel, session)
  }

  userInfo(user: RemoteUserId): Promise<RemoteUser> {
    const { name } = targetOf(user)
    return Promise.resolve(remoteUser(this.#network.name, spelling(this.#context, name), this.#network))
  }

  transmit(action: RemoteAction, context: TransmitContext): Promise<Transmitted> {
    return transmit(this.#context, action, context)
  }

  recover(action: RemoteAction, context: RecoverContext): Promise<Fate> {
    return recover(this.#context, action, context)
  }

  played(channel: string): PlayedHistory | undefined {
    return this.#context.catchUp.played(channel)
  }

  takeOver(channel: string): void {
    takeOver(this.#context, channel)
  }

  setPaused(isPaused: boolean): void {
    this.#life.setPaused(isPaused)
  }
}

function chatPartner(chat: ChatKey): RemoteUserId {
  return chat.chat as string as RemoteUserId
}
