import type { Database, Transaction } from '@pons/database'
import { jsonOf, type JsonObject, type JsonValue, type UserId } from '@pons/matrix'
import type { Appservice } from '../appservices/appservice.ts'
import type { Roster } from '../appservices/roster.ts'
import type { Read, Receipts } from '../ephemeral/receipts.ts'
import { relationOf } from '../event/relation.ts'
import type { Room } from '../rooms/room.ts'
import { membershipOf, type RoomEvent } from '../event/room-event.ts'
import type { RoomStores } from '../rooms/rooms.ts'
import type { Timeline } from '../rooms/timeline.ts'
import { PushActionStore, type UnreadCount } from '../storage/push-action-store.ts'
import type { RoomAdditions, SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'
import type { AccountData } from '../users/account-data.ts'
import { IGNORED_USERS, ignoredIn, type IgnoredUsers } from '../users/ignored-users.ts'
import type { Profiles } from '../users/profiles.ts'
import { actionsFor, isHighlighted, isNotified, pushJson } from './evaluate.ts'
import type { PushRules } from './push-rules.ts'
import { UnreadCounts } from './unread-counts.ts'

export interface NotificationsOptions {
  readonly database: Database
  readonly stores: RoomStores
  readonly timeline: Timeline
  readonly roster: Roster
  readonly receipts: Receipts
  readonly accountData: AccountData
  readonly profiles: Profiles
  readonly pushRules: PushRules
  readonly ignoredUsers: IgnoredUsers
}

export interface Notification {
  readonly event: RoomEvent
  readonly actions: JsonValue[]
  readonly isRead: boolean
}

/** Users of a room who are not ghosts, as long as the registrations are these. */
interface People {
  readonly registrations: readonly Appservice[]
  readonly joined: Set<UserId>
}

const PRUNE_EVERY = 64
/** The greatest number that a column of positions holds. */
const MAX_POSITION = 2 ** 31 - 1

/** Which events a person is to be told of, decided when they are written; and how many of them are unread. */
export class Notifications implements SyncSection {
  readonly key = 'n'
  readonly #options: NotificationsOptions
  readonly #store: PushActionStore
  readonly #unread: UnreadCounts
  /** A room of five thousand ghosts and two people costs two people. */
  readonly #people = new WeakMap<Room, People>()

  constructor(options: NotificationsOptions) {
    this.#options = options
    this.#store = new PushActionStore(options.database)
    this.#unread = new UnreadCounts(this.#store)
    const { timeline, receipts, accountData } = options
    timeline.onAppend((tx, room, event) => this.#appended(tx, room, event))
    receipts.onRead((tx, read) => this.#read(tx, read))
    accountData.onWrite(IGNORED_USERS, (tx, userId, content) =>
      this.#ignored(tx, userId, ignoredIn(userId, content ?? undefined)),
    )
  }

  #appended(tx: Transaction, room: Room, event: RoomEvent): Promise<void> | void {
    const { joined } = this.#peopleOf(room)
    if (joined.size > 0 || event.type === 'm.room.member') return this.#tell(tx, { room, event, joined })
  }

  async #tell(
    tx: Transaction,
    { room, event, joined }: { room: Room; event: RoomEvent; joined: Set<UserId> },
  ): Promise<void> {
    const { interner } = this.#options.stores
    const target = event.type === 'm.room.member' ? (event.stateKey as UserId | undefined) : undefined
    if (target !== undefined) await this.#follow(tx, room, event, { joined, target })
    const isInvite = target !== undefined && membershipOf(event.content) === 'invite' && !this.#isGhost(target)
    const told = isInvite ? new Set(joined).add(target) : joined
    if (told.size === 0) return
    const json = pushJson(event)
    for (const userId of told) {
      if (userId !== event.sender) await this.#notify(tx, { room, event, json, userId })
    }
    // To say something is to have read what was there.
    if (joined.has(event.sender)) {
      const userNid = await interner.intern(tx, event.sender)
      await this.#markRead(tx, { userNid, roomNid: room.nid, upTo: event.nid, thread: threadOf(event) })
    }
  }

  async #read(tx: Transaction, { room, userNid, event, threadId }: Read): Promise<void> {
    const thread = threadId === 'main' ? '' : threadId
    await this.#markRead(tx, { userNid, roomNid: room.nid, upTo: event.nid, thread })
  }

  /** What somebody said whom the user ignores from now on is nothing to be read any more. */
  async #ignored(tx: Transaction, userId: UserId, senders: ReadonlySet<string>): Promise<void> {
    const userNid = senders.size === 0 ? undefined : await this.#options.stores.interner.find(userId, tx)
    if (userNid === undefined) return
    if ((await this.#store.markReadOf(tx, userNid, [...senders])) > 0) this.#unread.forget(tx, userNid)
  }

  /** The newest first; `before` is a position of the stream of events. */
  async list(
    userId: UserId,
    { before, limit, onlyHighlights }: { before: number | undefined; limit: number; onlyHighlights: boolean },
  ): Promise<{ list: Notification[]; next: number | undefined }> {
    const { interner, events } = this.#options.stores
    const userNid = await interner.find(userId)
    if (userNid === undefined) return { list: [], next: undefined }
    const ignored = await this.#options.ignoredUsers.of(userId)
    const page = await this.#store.page(userNid, before ?? MAX_POSITION, limit, onlyHighlights)
    const byNid = new Map(
      (await events.byNids(page.map(({ eventNid }) => eventNid))).map((event) => [event.nid, event]),
    )
    const list = page.flatMap(({ eventNid, actions, isRead }) => {
      const event = byNid.get(eventNid)
      return event && !ignored.has(event.sender) ? [{ event, actions, isRead }] : []
    })
    return { list, next: page.length === limit ? page.at(-1)?.eventNid : undefined }
  }

  /** What changes a count puts the room into the response by itself: an event, or the user's own receipt. */
  position(): number {
    return 0
  }

  async collect({ userId, filter }: SectionRequest): Promise<SectionResult> {
    const userNid = await this.#options.stores.interner.find(userId)
    const { unreadThreadNotifications } = filter.timeline
    return {
      roomDetails: async (roomId) =>
        summed(userNid === undefined ? [] : await this.#unread.of(userNid, roomId), unreadThreadNotifications),
    }
  }

  async #markRead(tx: Transaction, read: Parameters<PushActionStore['markRead']>[1]): Promise<void> {
    if ((await this.#store.markRead(tx, read)) > 0) this.#unread.forget(tx, read.userNid)
  }

  async #notify(
    tx: Transaction,
    { room, event, json, userId }: { room: Room; event: RoomEvent; json: JsonObject; userId: UserId },
  ): Promise<void> {
    const { profiles, pushRules, ignoredUsers, stores } = this.#options
    if ((await ignoredUsers.ofIn(tx, userId)).has(event.sender)) return
    const rules = await pushRules.ofIn(tx, userId)
    const { displayname } = await profiles.ofIn(tx, userId)
    const displayName = typeof displayname === 'string' ? displayname : undefined
    const actions = actionsFor(rules, { room, event, json, userId, displayName })
    if (!isNotified(actions)) return
    const userNid = await stores.interner.intern(tx, userId)
    const isHighlight = isHighlighted(actions)
    const thread = threadOf(event)
    await this.#store.insert(tx, { userNid, eventNid: event.nid, roomNid: room.nid, thread, isHighlight, actions })
    this.#unread.add(tx, userNid, { roomId: room.roomId, thread, notifications: 1, highlights: isHighlight ? 1 : 0 })
    if (event.nid % PRUNE_EVERY === 0 && (await this.#store.prune(tx, userNid)) > 0) this.#unread.forget(tx, userNid)
  }

  /** Who comes or goes; to who does, nothing there is unread. */
  async #follow(
    tx: Transaction,
    room: Room,
    event: RoomEvent,
    { joined, target }: { joined: Set<UserId>; target: UserId },
  ): Promise<void> {
    if (this.#isGhost(target)) return
    const membership = membershipOf(event.content)
    if (membership === 'join') joined.add(target)
    else joined.delete(target)
    if (membership === 'invite' || membership === 'knock') return
    if (membership === 'join' && event.sender !== target) return
    const userNid = await this.#options.stores.interner.intern(tx, target)
    await this.#markRead(tx, { userNid, roomNid: room.nid, upTo: event.nid, thread: undefined })
  }

  #peopleOf(room: Room): People {
    const registrations = this.#options.roster.list
    const known = this.#people.get(room)
    if (known?.registrations === registrations) return known
    const joined = new Set<UserId>()
    for (const userId of room.state.members('join')) if (!this.#isGhost(userId)) joined.add(userId)
    const people = { registrations, joined }
    this.#people.set(room, people)
    return people
  }

  /** Users that only an application service speaks for. Others it may speak for are people with a double puppet. */
  #isGhost(userId: UserId): boolean {
    const { roster } = this.#options
    if (!roster.list.some((appservice) => appservice.ownsUser(userId))) return false
    return roster.exclusiveOwnerOfUser(userId) !== undefined
  }
}

function threadOf({ content }: RoomEvent): string {
  const relation = relationOf(content)
  return relation?.relType === 'm.thread' ? relation.eventId : ''
}

function summed(counts: readonly UnreadCount[], byThread: boolean): RoomAdditions {
  const main = { notification_count: 0, highlight_count: 0 }
  const threads = new Map<string, JsonObject>()
  for (const { thread, notifications, highlights } of counts) {
    if (byThread && thread !== '') {
      threads.set(thread, { notification_count: notifications, highlight_count: highlights })
      continue
    }
    main.notification_count += notifications
    main.highlight_count += highlights
  }
  return { unread_notifications: main, ...(byThread && { unread_thread_notifications: jsonOf(threads) }) }
}
