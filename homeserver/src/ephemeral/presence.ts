import type { JsonObject, RoomId, UserId, Clock } from '@pons/matrix'
import type { Database } from '@pons/database'
import type { Logger } from 'pino'
import type { Appservice } from '../appservices/appservice.ts'
import type { Interests } from '../appservices/interests.ts'
import type { AppserviceQueues } from '../appservices/queues.ts'
import type { RoomReader } from '../rooms/room-reader.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { CurrentState } from '../state/current-state.ts'
import { allowsEvent } from '../event/allowed-by-filter.ts'
import type { Notifier } from '../sync/notifier.ts'
import type { SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'

export type PresenceState = 'online' | 'unavailable' | 'offline'

export interface PresenceOptions {
  readonly database: Database
  readonly clock: Clock
  readonly notifier: Notifier
  readonly rooms: Rooms
  readonly reader: RoomReader
  readonly interests: Interests
  readonly queues: AppserviceQueues
  readonly logger: Logger
  /** Off, everybody is offline for good. */
  readonly isEnabled: boolean
}

interface Entry {
  readonly state: PresenceState
  readonly statusMessage: string | undefined
  readonly lastActiveTs: number
  readonly changedAt: number
  /** Undefined for who stays until another word. */
  readonly cancel: (() => void) | undefined
}

/** A user who has not synced for so long is offline, unless an application service said otherwise. */
const AWAY_MS = 60_000
const MAX_STATUS = 1024

/** Who is there; in memory, as it is about this moment. https://spec.matrix.org/v1.19/client-server-api/#presence */
export class Presence implements SyncSection {
  readonly key = 'p'
  readonly #options: PresenceOptions
  readonly #users = new Map<UserId, Entry>()
  #position: number

  constructor(options: PresenceOptions) {
    this.#options = options
    this.#position = options.clock.now()
  }

  /** Said by the user; `isKept` for who does not sync, such as ghosts. */
  set(
    userId: UserId,
    state: PresenceState,
    { statusMessage, isKept = false }: { statusMessage?: string; isKept?: boolean },
  ): void {
    const { isEnabled, clock } = this.#options
    if (!isEnabled) return
    const before = this.#users.get(userId)
    before?.cancel?.()
    const isNews = before?.state !== state || before.statusMessage !== statusMessage
    if (isNews) this.#position = Math.max(this.#position + 1, clock.now())
    const isForNow = !isKept && state !== 'offline'
    const cancel = isForNow ? clock.schedule(() => this.set(userId, 'offline', {}), AWAY_MS) : undefined
    this.#users.set(userId, {
      state,
      statusMessage: statusMessage?.slice(0, MAX_STATUS),
      lastActiveTs: state === 'online' ? clock.now() : (before?.lastActiveTs ?? clock.now()),
      changedAt: isNews || !before ? this.#position : before.changedAt,
      cancel,
    })
    if (isNews)
      this.#tell(userId).catch((error: unknown) => this.#options.logger.warn({ err: error }, 'presence was not told'))
  }

  /** A sync with this `set_presence`: keeps the message. */
  synced(userId: UserId, state: PresenceState): void {
    const statusMessage = this.#users.get(userId)?.statusMessage
    if (state !== 'offline') this.set(userId, state, statusMessage === undefined ? {} : { statusMessage })
  }

  of(userId: UserId): JsonObject {
    return this.#body(this.#users.get(userId))
  }

  async sharesRoom(userId: UserId, other: UserId): Promise<boolean> {
    if (userId === other) return true
    return (await this.#options.reader.neighboursAmong(userId, [other])).has(other)
  }

  position(): number {
    return this.#position
  }

  async collect({ userId, since, upTo, newlyJoined, newcomers, filter }: SectionRequest): Promise<SectionResult> {
    const hasNewcomers = newcomers.size + newlyJoined.size > 0
    if (!this.#options.isEnabled || (since === upTo && !hasNewcomers)) return {}
    const arrivals = await this.#membersOf(newlyJoined)
    const told = new Map<UserId, Entry>()
    for (const [other, entry] of this.#users) {
      // Of who was there before, the client knows; of who shares a room since now, it does not.
      const isNew = since === undefined || newcomers.has(other) || arrivals.some((members) => members.isJoined(other))
      if (entry.changedAt > upTo || (entry.changedAt <= (since ?? 0) && !isNew)) continue
      if (isNew && entry.state === 'offline' && entry.changedAt <= (since ?? upTo)) continue
      if (allowsEvent(filter.presence, { type: 'm.presence', sender: other })) told.set(other, entry)
    }
    const seen = await this.#options.reader.neighboursAmong(userId, [...told.keys()])
    const events = [...told].filter(([other]) => other === userId || seen.has(other))
    if (events.length === 0) return {}
    return { top: { presence: { events: events.map(([other, entry]) => this.#event(other, entry)) } } }
  }

  [Symbol.dispose](): void {
    for (const { cancel } of this.#users.values()) cancel?.()
    this.#users.clear()
  }

  async #membersOf(roomIds: Iterable<RoomId>): Promise<CurrentState[]> {
    const members: CurrentState[] = []
    for (const roomId of roomIds) members.push((await this.#options.rooms.get(roomId)).state)
    return members
  }

  async #joinedRooms(userId: UserId): Promise<RoomId[]> {
    const rooms = await this.#options.reader.roomsOf(userId)
    return rooms.filter(({ membership }) => membership === 'join').map(({ roomId }) => roomId)
  }

  /** Wakes who shares a room, and queues for the application services that hear of one. */
  async #tell(userId: UserId): Promise<void> {
    const { notifier, rooms, interests, queues, database } = this.#options
    notifier.wakeUser(userId)
    const listeners = new Set<Appservice>()
    for (const roomId of await this.#joinedRooms(userId)) {
      const room = await rooms.get(roomId)
      notifier.wakeRoom(room)
      for (const appservice of interests.ephemeralListeners(room)) listeners.add(appservice)
    }
    const entry = this.#users.get(userId)
    if (listeners.size === 0 || !entry) return
    await database.transaction(async (tx) => {
      for (const appservice of listeners) queues.queueEphemeral(tx, appservice, this.#event(userId, entry))
    })
  }

  #event(userId: UserId, entry: Entry): JsonObject {
    return { type: 'm.presence', sender: userId, content: this.#body(entry) }
  }

  #body(entry: Entry | undefined): JsonObject {
    if (!entry) return { presence: 'offline' }
    const { state, statusMessage, lastActiveTs } = entry
    return {
      presence: state,
      last_active_ago: Math.max(0, this.#options.clock.now() - lastActiveTs),
      ...(state === 'online' && { currently_active: true }),
      ...(statusMessage !== undefined && { status_msg: statusMessage }),
    }
  }
}
