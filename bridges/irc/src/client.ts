import {
  BridgeError,
  type ChatKey,
  type ChatSnapshot,
  type ClientHandlers,
  type ClientState,
  type Fate,
  type RecoverContext,
  type RemoteAction,
  type RemoteUser,
  type RemoteUserId,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import { CatchUp } from './from-network/history/catch-up.ts'
import { Changes } from './changes.ts'
import { privateSnapshot, remoteUser } from './chat-info.ts'
import { reconnectOptions } from './connection-settings.ts'
import { Failures } from './failures.ts'
import { giveUp } from './give-up.ts'
import { Greeted } from './from-network/greeted.ts'
import { createHandlers, createReactionRemoval } from './to-network/handlers.ts'
import { handleRemote } from './from-network/handle-line.ts'
import { isChannelName, targetOf } from './ids.ts'
import { snapshotOf } from './irc-context.ts'
import { Joins } from './joins.ts'
import { LineListeners } from './line-listeners.ts'
import { relayKey, type IrcNetwork } from './network.ts'
import { NickStored } from './from-network/nick-stored.ts'
import type { OwnConnection, OwnLogin } from './own-connection.ts'
import type { PlayedHistory } from './own-lines.ts'
import { IrcConnection } from './protocol/connection.ts'
import type { SessionEnd } from './protocol/session-end.ts'
import type { ConnectionSettings } from './protocol/session-settings.ts'
import type { Session } from './protocol/session.ts'
import { Recent } from './from-network/recent.ts'
import type { RemoteContext } from './from-network/listening-context.ts'
import { reportState } from './report-state.ts'
import { spelling } from './spelling.ts'
import { storedBeforeLeaving } from './stored-before-leaving.ts'
import { recoverAction, transmitAction } from './to-network/transmit-action.ts'
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

const stateOfEnd: Readonly<Record<SessionEnd['kind'], ClientState>> = {
  stopped: 'TRANSIENT_DISCONNECT',
  lost: 'TRANSIENT_DISCONNECT',
  throttled: 'TRANSIENT_DISCONNECT',
  banned: 'UNKNOWN_ERROR',
  'bad-credentials': 'BAD_CREDENTIALS',
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
  readonly #nickStored = new NickStored()
  readonly #context: RemoteContext
  readonly #handlers: ClientHandlers
  #isPaused = false
  #isGivenUp = false

  constructor({ network, login, settings, connectionNumber, beforeConnect }: IrcClientOptions) {
    this.#network = network
    this.#beforeConnect = beforeConnect
    this.login = login
    this.key = login?.id ?? relayKey
    this.label = `${network.name} (${login?.owner ?? 'relay'})`
    this.connection = this.#newConnection(settings)
    this.joins = this.#newJoins()
    const { key, label, connection, joins } = this
    const changes = new Changes()
    const context = { network, self: this, key, login, label, connectionNumber, connection, joins, changes }
    const recent = new Recent()
    const catchUp = new CatchUp({ ...context, recent, nickStored: this.#nickStored })
    this.#context = { ...context, catchUp, recent, greeted: new Greeted() }
    this.#handlers = createHandlers(context)
    network.add(this)
  }

  /** What the server that we are connected to lets us do. */
  get handlers(): ClientHandlers {
    if (this.isRelay || this.connection.ready?.server.mayTag('draft/unreact') !== true) return this.#handlers
    return { ...this.#handlers, reactionRemoval: createReactionRemoval(this.#context) }
  }

  get isRelay(): boolean {
    return this.login === undefined
  }

  get isGivenUp(): boolean {
    return this.#isGivenUp
  }

  async connect(): Promise<void> {
    if (this.connection.isRunning) return
    this.#network.add(this)
    await this.#beforeConnect?.()
    await wantChannels(this.#context)
    this.#isGivenUp = false
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
    return transmitAction(this.#context, action, context)
  }

  recover(action: RemoteAction, context: RecoverContext): Promise<Fate> {
    return recoverAction(this.#context, action, context)
  }

  played(channel: string): PlayedHistory | undefined {
    return this.#context.catchUp.played(channel)
  }

  takeOver(channel: string): void {
    this.#context.catchUp.takeOver(channel)
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (isPaused) this.connection.ready?.pause()
    else this.connection.ready?.resume()
  }

  #newConnection(settings: () => ConnectionSettings): IrcConnection {
    const network = this.#network
    const { clock, random, dials, host } = network.parts
    return new IrcConnection({
      settings,
      reconnect: reconnectOptions(network),
      dials,
      clock,
      random,
      events: {
        onDialling: () => this.#dialling(),
        onReady: (session) => void this.#ready(session),
        onLine: (line, channels, session) => {
          this.listeners.hand(line)
          handleRemote({ context: this.#context, session, line, channels })
          this.#context.changes.note()
        },
        onEnd: (end, session, retryInMs) => this.#ended(end, session, retryInMs),
        onBadLine: (error) => host.logger.debug({ err: error, client: this.label }, 'line not understood'),
      },
    })
  }

  #newJoins(): Joins {
    const { parts, fold } = this.#network
    const { clock, random, config } = parts
    return new Joins({
      clock,
      random,
      session: () => this.connection.ready,
      whereIn: (name) => this.#whereIn(name),
      fold,
      rejoinMs: config.rejoin_ms,
      longestRetryMs: config.reconnect.refused_ms,
    })
  }

  #whereIn(channel: string): 'out' | 'arriving' | 'in' {
    if (this.connection.ready?.channel(channel) === undefined) return 'out'
    return this.#context.catchUp.isRunning(channel) ? 'arriving' : 'in'
  }

  #dialling(): void {
    this.#nickStored.begin()
    reportState(this.#context, 'CONNECTING')
  }

  async #ready(session: Session): Promise<void> {
    const network = this.#network
    network.learnCaseMapping(session.features.caseMapping)
    if (this.#isPaused) session.pause()
    try {
      await network.nicks.take(session.nick, this.key, session.address)
    } catch (error) {
      network.parts.host.logger.error({ err: error, client: this.label }, 'own nick not stored')
      return session.end('lost', 'the bridge could not store its state')
    }
    this.#nickStored.note()
    if (session.isEnded) return
    reportState(this.#context, 'CONNECTED')
    this.joins.startSession()
    // It rejects when the session ends.
    await this.#context.catchUp.privates.begin(session).catch(() => undefined)
  }

  #ended(end: SessionEnd, session: Session, retryInMs: number | undefined): void {
    const network = this.#network
    this.joins.endSession()
    this.#nickStored.note()
    this.#context.catchUp.endSession(session)
    network.nicks.lose(this.key, end.kind === 'stopped').catch((error: unknown) => {
      network.parts.host.logger.error({ err: error, client: this.label }, 'own nick not stored')
    })
    for (const channel of session.channels.all()) network.stopObserving(this, channel.name, session)
    if (end.kind !== 'stopped') this.#failed(end, retryInMs)
    this.#context.changes.note()
  }

  #failed(end: SessionEnd, retryInMs: number | undefined): void {
    this.failures.note(new BridgeError(`${this.#network.displayName} could not be reached: ${end.reason}.`))
    if (retryInMs === undefined) {
      this.#isGivenUp = true
      return giveUp(this.#context, end)
    }
    const words = `${end.reason}; trying again in ${Math.ceil(retryInMs / 1000)} s`
    reportState(this.#context, stateOfEnd[end.kind], words, end.detail)
  }
}

function chatPartner(chat: ChatKey): RemoteUserId {
  return chat.chat as string as RemoteUserId
}
