import type { BridgeHost, ChatKey, ChatSnapshot, Egress, RemoteEvent, RemoteMessage, RemoteMessageId } from '@pons/core'
import type { UserId, Clock } from '@pons/matrix'
import { ChatLanes } from './chat-lanes.ts'
import { chatName } from './chat-name.ts'
import type { IrcConfig, NetworkConfig } from './config.ts'
import { chatKeyOf, lineMessageId } from './ids.ts'
import { LastSeen } from './last-seen.ts'
import { LineIds } from './line-ids.ts'
import { isIn, type OwnConnection } from './own-connection.ts'
import { OwnLines } from './own-lines.ts'
import { OwnNicks } from './own-nicks.ts'
import { fold, parseCaseMapping, type CaseMapping } from './protocol/casemapping.ts'
import type { DialGate } from './protocol/dial-gate.ts'
import type { Session } from './protocol/session.ts'

/** The key of the one client that is nobody's login. */
export const relayKey = 'relay'

export interface NetworkParts {
  readonly host: BridgeHost
  readonly config: IrcConfig
  readonly clock: Clock
  readonly random: () => number
  readonly dials: DialGate
  /** Number of this start of the bridge: makes the ids of unnumbered lines unique for ever. */
  readonly boot: number
}

/** Where a network comes from. */
export interface NetworkOrigin {
  /** It is in the configuration file. */
  readonly isConfigured: boolean
  /** Who added it for themselves; undefined: it is everybody's. */
  readonly owner?: UserId
}

/** One IRC network: what its connections share. */
export class IrcNetwork {
  readonly name: string
  readonly settings: NetworkConfig
  readonly parts: NetworkParts
  readonly isConfigured: boolean
  readonly owner: UserId | undefined
  readonly nicks: OwnNicks
  readonly ownLines = new OwnLines()
  readonly lastSeen: LastSeen
  readonly lineIds: LineIds
  /** Remote id of our last message that the network confirmed, by chat. */
  readonly lastConfirmed = new Map<string, RemoteMessageId>()
  #lanes: ChatLanes
  readonly #clients = new Map<string, OwnConnection>()
  readonly #observers = new Map<string, OwnConnection>()
  /** Chats that have a room, as far as was asked. */
  readonly #portals = new Set<string>()
  #caseMapping: CaseMapping = 'rfc1459'
  #lines = 0

  constructor(name: string, settings: NetworkConfig, parts: NetworkParts, origin: NetworkOrigin) {
    this.isConfigured = origin.isConfigured
    this.owner = origin.owner
    this.name = name
    this.settings = settings
    this.parts = parts
    this.nicks = new OwnNicks(parts.host, name, { fold: this.fold, zombieMs: parts.config.old_connection_wait_ms })
    this.#lanes = this.#newLanes()
    this.lineIds = new LineIds(parts.host)
    this.lastSeen = new LastSeen({
      name,
      store: parts.host.store,
      clock: parts.clock,
      heardBy: (key) => this.#clients.get(key)?.connection.ready?.server.clock.heardAtMs,
      areStored: async () => {
        await this.lanes.settled()
        return !this.lanes.isStopped
      },
      onError: (error) => parts.host.logger.error({ err: error, network: name }, 'time of the last lines not stored'),
    })
  }

  get lanes(): ChatLanes {
    return this.#lanes
  }

  /** After a stop, too: what that dropped stays dropped, and what comes from now on is stored. */
  start(): void {
    if (this.#lanes.isStopped) this.#lanes = this.#newLanes()
  }

  /** The operator may name hosts of the own network; people may not. */
  get egress(): Egress {
    const { egress } = this.parts.host
    return this.isConfigured ? egress.forOperator : egress.forOthers
  }

  get displayName(): string {
    return this.settings.display_name ?? this.name
  }

  readonly fold = (text: string): string => fold(text, this.#caseMapping)

  async load(): Promise<void> {
    this.#caseMapping = parseCaseMapping((await this.parts.host.store.get(`casemapping/${this.name}`)) ?? 'rfc1459')
    await this.nicks.load()
    await this.lastSeen.load()
    for (const { chat } of await this.parts.host.portals()) this.#portals.add(chatName(chat))
  }

  /** Ids are folded by the server's rules, so they are kept for the time before the next connection. */
  learnCaseMapping(mapping: CaseMapping): void {
    if (mapping === this.#caseMapping) return
    this.#caseMapping = mapping
    this.parts.host.store.set(`casemapping/${this.name}`, mapping).catch((error: unknown) => {
      this.parts.host.logger.error({ err: error, network: this.name }, 'case mapping not stored')
    })
  }

  nextLineId(connection: number): RemoteMessageId {
    return lineMessageId(this.parts.boot, connection, ++this.#lines)
  }

  add(client: OwnConnection): void {
    this.#clients.set(client.key, client)
  }

  remove(client: OwnConnection): void {
    if (this.#clients.get(client.key) === client) this.#clients.delete(client.key)
  }

  /** Under which the relay speaks; undefined while it does not. */
  get relayNick(): string | undefined {
    return this.#clients.get(relayKey)?.connection.ready?.nick
  }

  client(key: string): OwnConnection | undefined {
    return this.#clients.get(key)
  }

  /** The relay first, then logins as they came. */
  clients(): readonly OwnConnection[] {
    return [...this.#clients.values()].toSorted((a, b) => Number(b.isRelay) - Number(a.isRelay))
  }

  isObserver(client: OwnConnection, channel: string): boolean {
    return this.#observers.get(this.fold(channel)) === client
  }

  observerOf(channel: string): OwnConnection | undefined {
    return this.#observers.get(this.fold(channel))
  }

  /** The one connection whose view of a channel is bridged; the first to come keeps it. */
  tryObserve(client: OwnConnection, channel: string): boolean {
    const folded = this.fold(channel)
    if (!this.#observers.has(folded)) this.#observers.set(folded, client)
    return this.#observers.get(folded) === client
  }

  /** The client sees the channel no more; another that does takes over. */
  stopObserving(client: OwnConnection, channel: string, { server }: Session): void {
    const folded = this.fold(channel)
    if (this.#observers.get(folded) !== client) return
    this.#observers.delete(folded)
    const next = this.clients().find((one) => one !== client && isIn(one, channel))
    if (!next) return this.lastSeen.leave(folded, client.key, server.clock.heardAtMs)
    this.lastSeen.handOver(folded, client.key, next.key)
    this.#observers.set(folded, next)
    next.takeOver(channel)
  }

  /** The channel goes on under another name; its observer hands its room over. Returns whether that is this client. */
  renameChannel(client: OwnConnection, from: string, to: string): boolean {
    const [before, after] = [this.fold(from), this.fold(to)]
    const isObserver = this.isObserver(client, from)
    if (!isObserver || before === after) return isObserver
    this.#observers.delete(before)
    this.#observers.set(after, client)
    this.lastSeen.rename(before, after)
    this.#portals.delete(chatName(this.channelChat(from)))
    return true
  }

  channelChat(channel: string): ChatKey {
    return chatKeyOf({ network: this.name, name: this.fold(channel) })
  }

  notePortal(chat: ChatKey): void {
    this.#portals.add(chatName(chat))
  }

  async hasPortal(chat: ChatKey): Promise<boolean> {
    const name = chatName(chat)
    if (this.#portals.has(name)) return true
    for (const portal of await this.parts.host.portals()) this.#portals.add(chatName(portal.chat))
    return this.#portals.has(name)
  }

  /** Stores an event behind all earlier ones of its chat. */
  push(event: RemoteEvent): void {
    this.lanes.push(chatName(event.chat), () => this.#ifWanted(event))
  }

  /** A room that is still to be made is made as the channel is by then. */
  async roomMaking(event: RemoteMessage, snapshot: () => ChatSnapshot): Promise<RemoteMessage> {
    if (await this.hasPortal(event.chat)) return event
    this.notePortal(event.chat)
    return { ...event, createPortal: snapshot() }
  }

  #newLanes(): ChatLanes {
    const { clock, config, host } = this.parts
    return new ChatLanes({
      clock,
      maxPending: config.max_pending_lines,
      onPressure: (isHigh) => this.clients().forEach((client) => client.setPaused(isHigh)),
      onError: (error) => host.logger.warn({ err: error, network: this.name }, 'event not stored'),
      store: (events) => host.ingest(events),
    })
  }

  /** Only a message can make a room; what else happens before there is one is part of the snapshot the room is made from. */
  async #ifWanted(event: RemoteEvent): Promise<RemoteEvent | undefined> {
    return event.kind === 'message' || (await this.hasPortal(event.chat)) ? event : undefined
  }
}
