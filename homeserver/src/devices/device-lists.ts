import type { Database, Transaction } from '@pons/database'
import type { RoomId, UserId } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import { membershipOf, type RoomEvent } from '../rooms/room-event.ts'
import type { Rooms, RoomStores } from '../rooms/rooms.ts'
import { DeviceListStore, type DeviceListChange } from '../storage/device-list-store.ts'
import type { Notifier } from '../sync/notifier.ts'
import type { RoomReader } from '../rooms/room-reader.ts'
import type { SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'
import type { Stream } from '../sync/stream.ts'

export interface DeviceListsOptions {
  readonly database: Database
  readonly notifier: Notifier
  readonly stream: Stream
  readonly rooms: Rooms
  readonly stores: RoomStores
  readonly reader: RoomReader
}

export interface DeviceListNews {
  readonly changed: UserId[]
  readonly left: UserId[]
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

  /** Part of the append of an event: who shares an encrypted room with whom may change by it. */
  appended(tx: Transaction, room: Room, event: RoomEvent): Promise<void> | void {
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
    const maybeLeft = new Set<UserId>()
    for (const change of await this.store.changes(since, upTo)) {
      await this.#apply(change, { userId, joinedRooms, changed, maybeLeft })
    }
    const left: UserId[] = []
    for (const other of maybeLeft) {
      if (other === userId || (await this.#sharesEncrypted(userId, other))) continue
      left.push(other)
      changed.delete(other)
    }
    return { changed: [...changed], left }
  }

  async #apply(
    { kind, userId: other, roomId, viewer }: DeviceListChange,
    to: { userId: UserId; joinedRooms: ReadonlySet<RoomId>; changed: Set<UserId>; maybeLeft: Set<UserId> },
  ): Promise<void> {
    const { userId, joinedRooms, changed, maybeLeft } = to
    if (kind === 'private') {
      if (viewer === userId && other !== undefined) changed.add(other)
      return
    }
    if (kind === 'keys') {
      if (other === userId || (other && (await this.store.sharedRooms(userId, other)).length > 0)) changed.add(other)
      return
    }
    if (roomId === undefined) return
    const concernsAll = other === undefined || other === userId
    if (!joinedRooms.has(roomId) && !(kind === 'left' && concernsAll)) return
    const target = kind === 'left' ? maybeLeft : changed
    if (!concernsAll) target.add(other)
    else for (const member of (await this.#options.rooms.get(roomId)).state.members('join')) target.add(member)
  }

  async #sharesEncrypted(a: UserId, b: UserId): Promise<boolean> {
    for (const roomId of await this.store.sharedRooms(a, b)) {
      const room = await this.#options.rooms.get(roomId)
      if (room.state.get('m.room.encryption', '')) return true
    }
    return false
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
