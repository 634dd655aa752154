import { setImmediate } from 'node:timers/promises'
import type { Transaction } from '@pons/database'
import { jsonOf, type JsonObject, type RoomId, type UserId } from '@pons/matrix'
import type { Viewer } from '../rooms/viewer.ts'
import type { RoomReader } from '../rooms/room-reader.ts'
import type { Rooms, RoomStores } from '../rooms/rooms.ts'
import type { Timeline } from '../rooms/timeline.ts'
import { strippedState } from '../rooms/stripped-state.ts'
import type { UserRoom } from '../storage/membership-store.ts'
import { allowsEvent, allowsRoom } from '../event/allowed-by-filter.ts'
import type { EventFilter, SyncFilter } from '../event/filter.ts'
import type { Notifier } from './notifier.ts'
import { RecentEvents } from './recent-events.ts'
import { roomEntry, type EntrySources } from './room-entry.ts'
import type { RoomAdditions, SectionResult, SyncSection } from './section.ts'
import { SentMembers } from './sent-members.ts'
import type { TimelineBudget } from './timeline-window.ts'
import { formatSyncToken, parseSyncToken, type SyncPositions } from './sync-token.ts'

/** Of content in the timelines of one answer: rooms are many, and events may have 64 KiB each. */
const MAX_TIMELINE_BYTES = 16 * 1024 * 1024

/** Rooms between which others get their turn. */
const ROOMS_AT_ONCE = 20

export interface SyncOptions {
  readonly timeline: Timeline
  readonly rooms: Rooms
  readonly stores: RoomStores
  readonly reader: RoomReader
  readonly notifier: Notifier
  /** Where sessions end. */
  readonly sessions: { onDelete(hook: (tx: Transaction, owner: { userId: UserId }) => Promise<void>): void }
  /** Who is there, as their syncs say. */
  readonly presence: { synced(userId: UserId, state: SyncQuery['setPresence']): void }
  /** In the order in which they stand in an answer. */
  readonly sections: readonly SyncSection[]
}

export interface SyncQuery {
  readonly viewer: Viewer
  readonly since: string | undefined
  readonly filter: SyncFilter
  readonly isFullState: boolean
  readonly timeoutMs: number
  /** MSC4222. */
  readonly wantsStateAfter: boolean
  readonly setPresence: 'offline' | 'online' | 'unavailable'
  /** Fires when the client goes away. */
  readonly signal: AbortSignal
  /** Throws when the session that asks has ended while it waited. */
  readonly requireSession?: () => Promise<unknown>
}

interface Build {
  readonly query: SyncQuery
  readonly since: SyncPositions | undefined
  readonly positions: Map<string, number>
  readonly upTo: number
  readonly memberships: readonly UserRoom[]
  readonly budget: TimelineBudget
}

interface Response {
  readonly body: JsonObject
  readonly hasNews: boolean
}

type RoomLists = Readonly<Record<'join' | 'invite' | 'knock' | 'leave', Map<RoomId, JsonObject>>>

/** Beyond this many events since the token each room is asked for news instead of the stream. */
const MAX_STREAM_GAP = 5000

/** GET /sync: what happened since a token, for one user. */
export class Sync {
  readonly #options: SyncOptions
  readonly #sources: EntrySources

  constructor(options: SyncOptions) {
    const { timeline, notifier, sessions, stores, reader, sections } = options
    this.#options = options
    const keys = new Set(['s', ...sections.map(({ key }) => key)])
    if (keys.size <= sections.length) throw new Error('two sections of a sync have one key')
    const recent = new RecentEvents()
    this.#sources = { stores, reader, recent, sentMembers: new SentMembers() }
    timeline.onCommitted((committed) => {
      const { room, event } = committed
      recent.add(committed, notifier.waiting > 0)
      notifier.wakeRoom(room)
      if (event.type === 'm.room.member' && event.stateKey !== undefined) notifier.wakeUser(event.stateKey as UserId)
    })
    // Whoever waits for news with that session learns that it is over.
    sessions.onDelete(async (tx, { userId }) => tx.onCommit(() => notifier.wakeUser(userId)))
  }

  /** The token of this moment. */
  now(): string {
    return formatSyncToken(this.#positions(this.#options.timeline.position))
  }

  /** Waits for something new when there is nothing yet. */
  async run(query: SyncQuery): Promise<JsonObject> {
    const since = query.since === undefined ? undefined : parseSyncToken(query.since)
    this.#options.presence.synced(query.viewer.userId, query.setPresence)
    const deadlineMs = performance.now() + query.timeoutMs
    const mayWait = since !== undefined && !query.isFullState
    for (;;) {
      const leftMs = deadlineMs - performance.now()
      const isLast = !mayWait || leftMs <= 0 || query.signal.aborted
      // Registered before looking, so that nothing can happen unseen in between.
      const waiting = isLast ? undefined : this.#options.notifier.wait(query.viewer.userId, leftMs, query.signal)
      const response = await this.#build(query, since).catch((error: unknown) => {
        waiting?.cancel()
        throw error
      })
      if (!waiting || response.hasNews) {
        waiting?.cancel()
        return response.body
      }
      await waiting.promise
      await query.requireSession?.()
    }
  }

  async #build(query: SyncQuery, since: SyncPositions | undefined): Promise<Response> {
    const { timeline, reader } = this.#options
    const { userId } = query.viewer
    // Memberships and position must be of one moment, or a join could fall between two syncs.
    let memberships = await reader.roomsOf(userId)
    while (!reader.isCurrent(userId, memberships)) memberships = await reader.roomsOf(userId)
    const upTo = timeline.position
    const positions = this.#positions(upTo)
    const build = { query, since, positions, upTo, memberships, budget: { leftBytes: MAX_TIMELINE_BYTES } }
    const rooms: RoomLists = { join: new Map(), invite: new Map(), knock: new Map(), leave: new Map() }
    const newlyJoined = await this.#collectRooms(build, rooms)
    const top: JsonObject = {}
    const hasNews = await this.#collectSections(build, { rooms, newlyJoined, top })
    const lists = jsonOf(new Map(Object.entries(rooms).filter(([, list]) => list.size > 0)))
    const hasRooms = Object.keys(lists).length > 0
    return {
      body: { next_batch: formatSyncToken(positions), ...(hasRooms && { rooms: lists }), ...top },
      hasNews: hasNews || hasRooms,
    }
  }

  #positions(upTo: number): Map<string, number> {
    return new Map([
      ['s', upTo],
      ...this.#options.sections.map((section) => [section.key, section.position()] as const),
    ])
  }

  async #collectRooms(build: Build, rooms: RoomLists): Promise<Set<RoomId>> {
    const { query, since, upTo, memberships } = build
    const sinceNid = since?.get('s')
    const changed = await this.#changedRooms(build)
    const newlyJoined = new Set<RoomId>()
    let made = 0
    for (const of of memberships) {
      if (of.isForgotten || !allowsRoom(query.filter, of.roomId)) continue
      const isMemberNews = sinceNid === undefined || of.eventNid > sinceNid
      if (of.membership === 'join') {
        if (changed && !changed.has(of.roomNid) && !query.isFullState) continue
        const wasIn = !isMemberNews || (await this.#wasJoined(build, of))
        if (!wasIn) newlyJoined.add(of.roomId)
        if (++made % ROOMS_AT_ONCE === 0) await setImmediate()
        const entry = await this.#entry(build, of.roomId, {
          since: wasIn ? sinceNid : undefined,
          upTo,
          wantsSummary: true,
        })
        if (entry) rooms.join.set(of.roomId, entry)
      } else if (isMemberNews) {
        if (++made % ROOMS_AT_ONCE === 0) await setImmediate()
        await this.#collectOther(build, of, rooms)
      }
    }
    return newlyJoined
  }

  async #collectOther(build: Build, of: UserRoom, rooms: RoomLists): Promise<void> {
    const { query, since } = build
    const room = await this.#options.rooms.get(of.roomId)
    if (of.membership === 'invite' || of.membership === 'knock') {
      const own = query.viewer.userId
      const inviter = room.state.get('m.room.member', own)?.sender ?? own
      if (of.membership === 'invite' && (await this.#options.reader.ignoredBy(own)).has(inviter)) return
      const events = await strippedState(this.#sources.stores, room, { inviter, own })
      rooms[of.membership].set(of.roomId, { [`${of.membership}_state`]: { events } })
      return
    }
    const sinceNid = since?.get('s')
    if (sinceNid === undefined && !query.filter.includeLeave) return
    // Nothing that came after leaving, however late the client asks.
    const wasIn = sinceNid !== undefined && (await this.#wasJoined(build, of))
    const range = { since: wasIn ? sinceNid : of.eventNid - 1, upTo: of.eventNid }
    const entry = await this.#entry(build, of.roomId, {
      ...range,
      ...(sinceNid === undefined && { since: undefined }),
      wantsSummary: false,
    })
    if (entry) rooms.leave.set(of.roomId, entry)
  }

  async #entry(
    { query, budget }: Build,
    roomId: RoomId,
    range: { since: number | undefined; upTo: number; wantsSummary: boolean },
  ): Promise<JsonObject | undefined> {
    const room = await this.#options.rooms.get(roomId)
    const { viewer, filter, isFullState, wantsStateAfter } = query
    return roomEntry(this.#sources, { viewer, room, filter, budget, isFullState, wantsStateAfter, ...range })
  }

  /** Rooms with events since the token; undefined when all must be looked at. */
  async #changedRooms({ since, upTo }: Build): Promise<Set<number> | undefined> {
    const from = since?.get('s')
    if (from === undefined || upTo - from > MAX_STREAM_GAP) return undefined
    if (upTo <= from) return new Set()
    const { recent, stores } = this.#sources
    return recent.roomsBetween(from, upTo) ?? new Set(await stores.events.roomsBetween(from, upTo))
  }

  /** Whether the user was joined where the last sync ended. */
  async #wasJoined({ query, since }: Build, of: UserRoom): Promise<boolean> {
    const sinceNid = since?.get('s')
    if (sinceNid === undefined) return false
    const last = await this.#options.stores.events.lastIn(of.roomNid, sinceNid)
    const member = last && (await this.#options.reader.memberAt(last, query.viewer.userId))
    return member?.content['membership'] === 'join'
  }

  async #collectSections(
    { query, since, positions, memberships }: Build,
    into: { rooms: RoomLists; newlyJoined: ReadonlySet<RoomId>; top: JsonObject },
  ): Promise<boolean> {
    const { viewer, filter } = query
    const joined = memberships.filter((of) => of.membership === 'join' && allowsRoom(filter, of.roomId))
    const joinedRooms = new Set(joined.map((of) => of.roomId))
    const newcomers = since === undefined ? new Set<UserId>() : newcomersOf(into.rooms.join.values())
    const results: SectionResult[] = []
    for (const section of this.#options.sections) {
      const result = await section.collect({
        ...viewer,
        since: since?.get(section.key) ?? (since ? 0 : undefined),
        upTo: positions.get(section.key) ?? 0,
        joinedRooms,
        newlyJoined: into.newlyJoined,
        newcomers,
        filter,
      })
      if (result.reached !== undefined) positions.set(section.key, result.reached)
      results.push(result)
    }
    let hasNews = false
    for (const { top, always, rooms } of results) {
      Object.assign(into.top, top, always)
      if (top && Object.keys(top).length > 0) hasNews = true
      for (const [roomId, additions] of rooms ?? []) {
        if (!joinedRooms.has(roomId)) continue
        const entry = into.rooms.join.get(roomId) ?? {}
        into.rooms.join.set(roomId, entry)
        merge(entry, additions, filter)
      }
    }
    for (const { roomDetails } of results) {
      if (!roomDetails) continue
      for (const [roomId, entry] of into.rooms.join) {
        merge(entry, await roomDetails(roomId), filter)
      }
    }
    return hasNews
  }
}

function newcomersOf(entries: Iterable<JsonObject>): Set<UserId> {
  const newcomers = new Set<UserId>()
  for (const entry of entries) {
    const lists = [entry['timeline'], entry['state'], entry['state_after']] as ({ events?: JsonObject[] } | undefined)[]
    for (const event of lists.flatMap((list) => list?.events ?? [])) {
      const isJoin = event['type'] === 'm.room.member' && (event['content'] as JsonObject)['membership'] === 'join'
      if (isJoin) newcomers.add(event['state_key'] as UserId)
    }
  }
  return newcomers
}

function merge(entry: JsonObject, additions: RoomAdditions, filter: SyncFilter): void {
  const { ephemeral, account_data: accountData, ...others } = additions
  append(entry, 'ephemeral', ephemeral, filter.ephemeral)
  append(entry, 'account_data', accountData, filter.roomAccountData)
  Object.assign(entry, others)
}

function append(
  entry: JsonObject,
  key: 'ephemeral' | 'account_data',
  events: JsonObject[] | undefined,
  filter: EventFilter,
): void {
  const allowed = events?.filter((event) => allowsEvent(filter, { type: event['type'] as string })) ?? []
  if (allowed.length === 0) return
  const before = entry[key] as { events: JsonObject[] } | undefined
  // oxlint-disable-next-line outside-names/no-computed-write -- one of two names of ours
  entry[key] = { events: [...(before?.events ?? []), ...allowed] }
}
