import type { Database, Transaction } from '@pons/database'
import type { RoomId, UserId } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import { membershipOf, type RoomEvent } from '../event/room-event.ts'
import type { Rooms, RoomStores } from '../rooms/rooms.ts'
import type { Timeline } from '../rooms/timeline.ts'
import { DeviceListStore, type DeviceListChange } from '../storage/device-list-store.ts'
import type { Notifier } from '../sync/notifier.ts'
import type { RoomReader } from '../rooms/room-reader.ts'
import type { SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'
import type { Stream } from '../sync/stream.ts'
import { Departures } from './departures.ts'
import type { Sessions } from './sessions.ts'

export interface DeviceListsOptions {
  readonly database: Database
  readonly notifier: Notifier
  readonly stream: Stream
  readonly timeline: Timeline
  readonly sessions: Sessions
  readonly rooms: Rooms
  readonly stores: RoomStores
  readonly reader: RoomReader
}

export interface DeviceListNews {
  readonly changed: UserId[]
  readonly left: UserId[]
}

interface Hearer {
  readonly userId: UserId
  readonly joinedRooms: ReadonlySet<RoomId>
  /** Those whose keys changed who are in a room with the user. */
  readonly neighbours: ReadonlySet<UserId>
}

/** Whose keys somebody has to fetch again, or need no longer follow: `device_lists` of /sync. */
export class DeviceLists implements SyncSection {
  readonly key = 'l'
  readonly #options: DeviceListsOptions
  readonly store: DeviceListStore
  readonly #listeners: (() => void)[] = []
  readonly #changedIn = new WeakMap<Transaction, Set<UserId>>()

  constructor(options: DeviceListsOptions) {
    this.#options = options
    this.store = new DeviceListStore(options.database)
    options.timeline.onAppend((tx, room, event) => this.#appended(tx, room, event))
    options.sessions.onDelete((tx, { userId }) => this.changed(tx, userId))
    options.sessions.onRename((tx, { userId }) => this.changed(tx, userId))
  }

  /** Called when there is news for whomever, once it is durable. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** A device or cross-signing key of the user is new, changed or gone. */
  async changed(tx: Transaction, userId: UserId): Promise<void> {
    // Hundreds of devices that go at once are one change.
    const users = this.#changedIn.get(tx) ?? new Set()
    this.#changedIn.set(tx, users)
    if (users.has(userId)) return
    users.add(userId)
    await this.#add(tx, { kind: 'keys', userId })
    // Who cannot be woken now hears of it at the end of the poll.
    tx.onCommit(() => void this.#wakeNeighbours(userId).catch(() => {}))
  }

  /** Keys of `userId`, or signatures on them, have changed that only `viewer` sees. */
  async changedFor(tx: Transaction, viewer: UserId, userId: UserId): Promise<void> {
    const { notifier } = this.#options
    await this.#add(tx, { kind: 'private', userId, viewer })
    tx.onCommit(() => notifier.wakeUser(viewer))
  }

  /** Who shares an encrypted room with whom may change by it. */
  #appended(tx: Transaction, room: Room, event: RoomEvent): Promise<void> | void {
    if (event.stateKey !== undefined) return this.#stateAppended(tx, room, event)
  }

  async #stateAppended(tx: Transaction, room: Room, event: RoomEvent): Promise<void> {
    const { stores } = this.#options
    if (event.type === 'm.room.encryption' && event.stateKey === '' && event.replaces === undefined) {
      await this.#add(tx, { kind: 'encrypted', roomNid: room.nid })
      return
    }
    if (event.type !== 'm.room.member' || !room.state.get('m.room.encryption', '')) return
    const [before] = event.replaces === undefined ? [] : await stores.events.byNids([event.replaces], tx)
    const wasIn = before !== undefined && membershipOf(before.content) === 'join'
    const isIn = membershipOf(event.content) === 'join'
    if (wasIn === isIn || event.stateKey === undefined) return
    const change = { kind: isIn ? 'joined' : 'left', userId: event.stateKey as UserId, roomNid: room.nid } as const
    await this.#add(tx, change)
  }

  async #add(tx: Transaction, change: Parameters<DeviceListStore['add']>[1]): Promise<void> {
    await this.store.add(tx, change, await this.#options.stream.next(tx))
    tx.onCommit(() => {
      for (const listener of this.#listeners) listener()
    })
  }

  position(): number {
    return this.#options.stream.position
  }

  async collect({ userId, since, upTo, joinedRooms }: SectionRequest): Promise<SectionResult> {
    if (since === undefined || since >= upTo) return {}
    const news = await this.news(userId, joinedRooms, since, upTo)
    if (news.changed.length + news.left.length === 0) return {}
    return { top: { device_lists: { changed: news.changed, left: news.left } } }
  }

  /** What happened in `(since, upTo]` that concerns the user. */
  async news(userId: UserId, joinedRooms: ReadonlySet<RoomId>, since: number, upTo: number): Promise<DeviceListNews> {
    const changed = new Set<UserId>()
    const departures = new Departures(this.#options)
    for await (const page of this.store.changes(since, upTo)) {
      const withNewKeys = page.flatMap(({ kind, userId: other }) => (kind === 'keys' && other ? [other] : []))
      const neighbours = await this.#options.reader.neighboursAmong(userId, withNewKeys)
      const hearer = { userId, joinedRooms, neighbours }
      for (const change of page) await this.#apply(change, hearer, { changed, departures })
    }
    const left = await this.#strangersAmong(userId, departures.gone)
    for (const other of left) changed.delete(other)
    return { changed: [...changed], left }
  }

  async #apply(
    { kind, userId: other, roomId, viewer }: DeviceListChange,
    { userId, joinedRooms, neighbours }: Hearer,
    { changed, departures }: { readonly changed: Set<UserId>; readonly departures: Departures },
  ): Promise<void> {
    if (kind === 'private') {
      if (viewer === userId && other !== undefined) changed.add(other)
      return
    }
    if (kind === 'keys') {
      if (other && (other === userId || neighbours.has(other))) changed.add(other)
      return
    }
    if (roomId === undefined) return
    const isIn = joinedRooms.has(roomId)
    if (kind === 'left') {
      if (other === userId) await departures.ownFrom(roomId, userId)
      else if (other) departures.from(roomId, other, isIn)
      return
    }
    if (!isIn) return
    if (other !== undefined && other !== userId) changed.add(other)
    else for (const member of await this.#membersOf(roomId)) changed.add(member)
  }

  async #membersOf(roomId: RoomId): Promise<Iterable<UserId>> {
    return (await this.#options.rooms.get(roomId)).state.members('join') as Iterable<UserId>
  }

  /** Those who share no encrypted room with the user any more. */
  async #strangersAmong(userId: UserId, others: ReadonlySet<UserId>): Promise<UserId[]> {
    const { stores, rooms } = this.#options
    const strangers = new Set(others)
    strangers.delete(userId)
    const userNid = strangers.size === 0 ? undefined : await stores.interner.find(userId)
    if (userNid === undefined) return [...strangers]
    const isEncrypted = new Map<RoomId, boolean>()
    for await (const page of stores.memberships.sharedWith(userNid, [...strangers])) {
      for (const { userId: other, roomId } of page) {
        const known = isEncrypted.get(roomId)
        const is = known ?? (await rooms.get(roomId)).state.get('m.room.encryption', '') !== undefined
        if (known === undefined) isEncrypted.set(roomId, is)
        if (is) strangers.delete(other)
      }
    }
    return [...strangers]
  }

  async #wakeNeighbours(userId: UserId): Promise<void> {
    const { notifier, reader, rooms } = this.#options
    notifier.wakeUser(userId)
    for (const { roomId, membership } of await reader.roomsOf(userId)) {
      if (membership !== 'join') continue
      const room = await rooms.find(roomId)
      if (room) notifier.wakeRoom(room)
    }
  }
}
