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
import { isUserId } from '@pons/matrix'
import { CatchUp } from './catch-up.ts'
import { Changes } from './changes.ts'
import { channelSnapshot, privateSnapshot, remoteUser } from './chat-info.ts'
import { textBudget } from './convert/split.ts'
import { Failures } from './failures.ts'
import { Greeted } from './greeted.ts'
import { handleRemote } from './handle-remote.ts'
import { createHandlers, reactionRemoval } from './handle-matrix.ts'
import { isChannelName, targetOf } from './ids.ts'
import { reconnectOptions } from './connection-settings.ts'
import { Joins } from './joins.ts'
import { LineListeners } from './line-listeners.ts'
import { relayKey, type IrcNetwork } from './network.ts'
import { NickStored } from './nick-stored.ts'
import type { OwnConnection, OwnLogin } from './own-connection.ts'
import type { PlayedHistory } from './own-lines.ts'
import { IrcConnection } from './protocol/connection.ts'
import type { Channel } from './protocol/channels.ts'
import { legible } from './protocol/decode-line.ts'
import type { SessionEnd } from './protocol/session-end.ts'
import type { ConnectionSettings } from './protocol/session-settings.ts'
import type { Session } from './protocol/session.ts'
import { Recent } from './recent.ts'
import { recoverAction, transmitAction } from './transmit.ts'

export interface IrcClientOptions {
  readonly network: IrcNetwork
  /** undefined: the relay. */
  readonly login?: OwnLogin
  readonly settings: () => ConnectionSettings
  /** Distinguishes this process' connections in ids of unnumbered lines. */
  readonly connectionNumber: number
}

const longestGoodbyeMs = 5000

const stateOfEnd: Readonly<Record<SessionEnd['kind'], ClientState>> = {
  stopped: 'TRANSIENT_DISCONNECT',
  lost: 'TRANSIENT_DISCONNECT',
  throttled: 'TRANSIENT_DISCONNECT',
  banned: 'UNKNOWN_ERROR',
  'bad-credentials': 'BAD_CREDENTIALS',
}

/** One person's connection to a network, or the relay's. */
export class IrcClient implements OwnConnection {
  readonly #handlers: ClientHandlers
  readonly key: string
  readonly network: IrcNetwork
  readonly login: OwnLogin | undefined
  readonly connectionNumber: number
  readonly connection: IrcConnection
  readonly joins: Joins
  readonly catchUp: CatchUp
  readonly recent = new Recent()
  readonly nickStored = new NickStored()
  readonly changes = new Changes()
  readonly failures = new Failures()
  readonly listeners = new LineListeners()
  readonly greeted = new Greeted()
  /** A nick chosen at run time, in place of the login's. */
  chosenNick: string | undefined
  /** Awaited before the first dial. */
  beforeConnect: (() => Promise<void>) | undefined
  #isPaused = false
  #isGivenUp = false

  constructor(options: IrcClientOptions) {
    const { network, login } = options
    const { clock, random, config } = network.parts
    this.network = network
    this.login = login
    this.key = login?.id ?? relayKey
    this.connectionNumber = options.connectionNumber
    this.connection = new IrcConnection({
      settings: options.settings,
      reconnect: reconnectOptions(network),
      dials: network.parts.dials,
      clock,
      random,
      events: {
        onDialling: () => this.#dialling(),
        onReady: (session) => void this.#ready(session),
        onLine: (line, channels, session) => {
          this.listeners.hand(line)
          handleRemote(this, session, line, channels)
          this.changes.note()
        },
        onEnd: (end, session, retryInMs) => this.#ended(end, session, retryInMs),
        onBadLine: (error) =>
          network.parts.host.logger.debug({ err: error, client: this.label }, 'line not understood'),
      },
    })
    this.joins = new Joins({
      clock,
      random,
      session: () => this.connection.ready,
      whereIn: (name) => this.#whereIn(name),
      fold: network.fold,
      rejoinMs: config.rejoin_ms,
      longestRetryMs: config.reconnect.refused_ms,
    })
    this.catchUp = new CatchUp(this)
    this.#handlers = createHandlers(this)
    network.add(this)
  }

  /** What the server that we are connected to lets us do. */
  get handlers(): ClientHandlers {
    if (this.isRelay || this.session?.mayTag('draft/unreact') !== true) return this.#handlers
    return { ...this.#handlers, reactionRemoval: (intent) => Promise.resolve(reactionRemoval(this, intent)) }
  }

  /** It was tried for too long; nothing is dialled until somebody asks. */
  get isGivenUp(): boolean {
    return this.#isGivenUp
  }

  get isRelay(): boolean {
    return this.login === undefined
  }

  /** For people and logs. */
  get label(): string {
    return `${this.network.name} (${this.isRelay ? 'relay' : (this.login?.owner ?? '')})`
  }

  get session(): Session | undefined {
    return this.connection.ready
  }

  async connect(): Promise<void> {
    if (this.connection.isRunning) return
    this.network.add(this)
    await this.beforeConnect?.()
    const host = this.network.parts.host
    const chats = await host.portals()
    for (const { chat } of chats) {
      const { network, name } = targetOf(chat.chat)
      if (network !== this.network.name || !isChannelName(name)) continue
      const isWanted = this.login === undefined || (await host.matrixMembers(chat)).includes(this.login.owner)
      if (isWanted) this.joins.want(name)
    }
    if (this.isRelay) for (const channel of this.network.settings.channels) this.joins.want(channel)
    this.#isGivenUp = false
    this.connection.start()
  }

  async disconnect(): Promise<void> {
    this.joins.stop()
    await this.connection.stop(this.network.parts.config.quit_message)
    await this.#storedOrGivenUp()
    await this.network.nicks.lose(this.key, true)
    this.network.remove(this)
  }

  async logout(): Promise<void> {
    await this.disconnect()
    this.catchUp.privates.forget()
    this.#report('LOGGED_OUT')
  }

  serves(chat: ChatKey): boolean {
    const { network, name } = targetOf(chat.chat)
    if (network !== this.network.name) return false
    // A login joins a channel when its owner first speaks there.
    if (isChannelName(name)) return true
    return chat.receiver !== undefined && chat.receiver === this.login?.id
  }

  isSelf(user: RemoteUserId): boolean {
    const { network, name } = targetOf(user)
    return network === this.network.name && this.session?.isSelf(name) === true
  }

  async chatSnapshot(chat: ChatKey): Promise<ChatSnapshot> {
    const { name } = targetOf(chat.chat)
    if (!isChannelName(name)) return privateSnapshot(await this.userInfo(chatPartner(chat)), name)
    await this.joins.whenJoined(name)
    const session = this.session
    const channel = session?.channel(name)
    if (!session || !channel) throw new BridgeError(`${this.label} is not in ${name} now`, { isRetryable: true })
    return this.snapshotOf(channel, session)
  }

  snapshotOf(channel: Channel, session: Session): ChatSnapshot {
    const { nicks, name, relayNick } = this.network
    const isOurs = (nick: string): boolean => nicks.isOurs(nick)
    return channelSnapshot(channel, { network: name, features: session.features, isOurs, relayNick })
  }

  userInfo(user: RemoteUserId): Promise<RemoteUser> {
    const { name } = targetOf(user)
    return Promise.resolve(remoteUser(this.network.name, this.spelling(name), this.network))
  }

  /** A nick as its owner writes it, where we see them; the folded form otherwise. */
  spelling(folded: string): string {
    for (const channel of this.session?.channels.all() ?? []) {
      const person = channel.people.get(folded)
      if (person) return person.nick
    }
    return folded
  }

  /** A channel as the server spells it, or a nick as its owner does. */
  targetName(folded: string): string {
    if (!isChannelName(folded)) return this.spelling(folded)
    return this.session?.channel(folded)?.name ?? folded
  }

  /** Bytes of text that one line to the target holds. */
  lineBudget(command: string, target: string): number {
    const { session } = this
    const unknownPrefix = `${'n'.repeat(30)}!~${'u'.repeat(10)}@${'h'.repeat(63)}`
    return textBudget({
      prefix: session?.prefix ?? unknownPrefix,
      command,
      target,
      lineLength: session?.features.lineLength ?? 512,
    })
  }

  /** The nick under which a Matrix user is on this network: a ghost's, or that of a login's connection. */
  nickOfMatrixUser(matrixId: string): string | undefined {
    const { host } = this.network.parts
    const remote = isUserId(matrixId) ? host.remoteUserOf(matrixId) : undefined
    if (remote !== undefined) {
      const { network, name } = targetOf(remote)
      return network === this.network.name ? legible(this.spelling(name)) : undefined
    }
    return this.network.clients().find((client) => client.login?.owner === matrixId)?.connection.ready?.nick
  }

  transmit(action: RemoteAction, context: TransmitContext): Promise<Transmitted> {
    return transmitAction(this, action, context)
  }

  recover(action: RemoteAction, context: RecoverContext): Promise<Fate> {
    return recoverAction(this, action, context)
  }

  /** Tells the owner of this login in the management room. Nobody owns the relay. */
  tellOwner(text: string): void {
    if (!this.login) return
    const { host } = this.network.parts
    host.notifyUser(this.login.owner, legible(text)).catch((error: unknown) => {
      host.logger.warn({ err: error, client: this.label }, 'owner could not be told')
    })
  }

  #whereIn(channel: string): 'out' | 'arriving' | 'in' {
    if (this.connection.ready?.channel(channel) === undefined) return 'out'
    return this.catchUp.isRunning(channel) ? 'arriving' : 'in'
  }

  played(channel: string): PlayedHistory | undefined {
    return this.catchUp.played(channel)
  }

  takeOver(channel: string): void {
    this.catchUp.takeOver(channel)
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (isPaused) this.session?.pause()
    else this.session?.resume()
  }

  #dialling(): void {
    this.nickStored.begin()
    this.#report('CONNECTING')
  }

  async #ready(session: Session): Promise<void> {
    const { network } = this
    network.learnCaseMapping(session.features.caseMapping)
    if (this.#isPaused) session.pause()
    try {
      await network.nicks.take(session.nick, this.key, session.address)
    } catch (error) {
      network.parts.host.logger.error({ err: error, client: this.label }, 'own nick not stored')
      return session.end('lost', 'the bridge could not store its state')
    }
    this.nickStored.note()
    if (session.isEnded) return
    this.#report('CONNECTED')
    this.joins.startSession()
    // It rejects when the session ends.
    await this.catchUp.privates.begin(session).catch(() => undefined)
  }

  // What was read is stored before we are gone, unless storing does not work at all.
  async #storedOrGivenUp(): Promise<void> {
    const { lanes, lastSeen, parts } = this.network
    await new Promise<void>((resolve) => {
      const cancel = parts.clock.schedule(resolve, longestGoodbyeMs)
      void Promise.all([lanes.settled(), lastSeen.saved()]).then(() => {
        cancel()
        resolve()
      })
    })
  }

  #ended(end: SessionEnd, session: Session, retryInMs: number | undefined): void {
    const { network } = this
    this.joins.endSession()
    this.nickStored.note()
    this.catchUp.endSession(session)
    const channels = session.channels.all()
    network.nicks.lose(this.key, end.kind === 'stopped').catch((error: unknown) => {
      network.parts.host.logger.error({ err: error, client: this.label }, 'own nick not stored')
    })
    for (const channel of channels) network.stopObserving(this, channel.name, session)
    if (end.kind !== 'stopped') {
      const failure = new BridgeError(`${network.displayName} could not be reached: ${end.reason}.`)
      this.failures.note(failure)
      if (retryInMs === undefined) this.#giveUp(end)
      else
        this.#report(
          stateOfEnd[end.kind],
          `${end.reason}; trying again in ${Math.ceil(retryInMs / 1000)} s`,
          end.detail,
        )
    }
    this.changes.note()
  }

  #giveUp(end: SessionEnd): void {
    const { network } = this
    const { host } = network.parts
    this.#isGivenUp = true
    const words = `${network.displayName} could not be reached for a long time, and is not tried any more. Say \`reconnect ${network.name}\` to try again.`
    this.#report('UNKNOWN_ERROR', words, end.detail)
    const told = this.login?.owner ?? network.owner
    if (told !== undefined) {
      host.notifyUser(told, words).catch((error: unknown) => {
        host.logger.warn({ err: error, client: this.label }, 'owner could not be told')
      })
    }
    if (!this.isRelay) return
    for (const name of this.joins.names()) {
      network.push({
        kind: 'notice',
        chat: network.channelChat(name),
        id: network.nextLineId(this.connectionNumber),
        timestampMs: host.now(),
        text: `${network.displayName} could not be reached for a long time, and is not tried any more.`,
      })
    }
  }

  #report(state: ClientState, message?: string, detail?: string): void {
    this.network.parts.host.clientState({
      ...(this.login && { login: this.login.id }),
      name: this.label,
      state,
      ...(message !== undefined && { message }),
      ...(detail !== undefined && { detail }),
    })
  }
}

function chatPartner(chat: ChatKey): RemoteUserId {
  return chat.chat as string as RemoteUserId
}
