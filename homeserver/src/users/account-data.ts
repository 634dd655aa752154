import type { Database, Transaction } from '@pons/database'
import {
  isJsonObject,
  ownValue,
  resourceLimitExceeded,
  tooLarge,
  utf8Length,
  type JsonObject,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import { AccountDataStore, type AccountDatum } from '../storage/account-data-store.ts'
import type { Notifier } from '../sync/notifier.ts'
import type { RoomAdditions, SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'
import { allowsEvent, allowsRoom } from '../event/allowed-by-filter.ts'
import type { Stream } from '../sync/stream.ts'

const MAX_BYTES = 65_536
const MAX_TYPES = 1000
const MAX_TYPES_IN_ROOM = 200
/** Of one user, in all rooms and in none. */
const MAX_DATA = 10_000
const MAX_TAGS = 1000

/** Where a datum belongs: to a room, or to none. */
export interface DatumKey {
  readonly userId: UserId
  readonly roomId: RoomId | undefined
  readonly type: string
}

/** Kept in a form of its own, and shown in the one of the specification. */
export type ShownAs = (userId: UserId, stored: JsonObject | undefined) => JsonObject

/** With what is written; null for what goes. */
export type WriteHook = (tx: Transaction, userId: UserId, content: JsonObject | null) => Promise<void>

/** Private data of users, tags among it: https://spec.matrix.org/v1.19/client-server-api/#client-config */
export class AccountData implements SyncSection {
  readonly key = 'a'
  readonly #db: Database
  readonly #notifier: Notifier
  readonly #stream: Stream
  readonly #store: AccountDataStore
  readonly #shown = new Map<string, ShownAs>()
  readonly #listeners = new Map<string, (userId: UserId) => void>()
  readonly #hooks = new Map<string, WriteHook>()

  constructor(db: Database, notifier: Notifier, stream: Stream) {
    this.#db = db
    this.#notifier = notifier
    this.#stream = stream
    this.#store = new AccountDataStore(db)
  }

  /** A global type that every user has, and that only its own service writes. */
  showAs(type: string, shown: ShownAs): void {
    this.#shown.set(type, shown)
  }

  /** Called when a global type of a user has changed, once that is durable. */
  onChange(type: string, listener: (userId: UserId) => void): void {
    if (this.#listeners.has(type)) throw new Error(`changes of ${type} are listened to`)
    this.#listeners.set(type, listener)
  }

  /** Runs in the transaction that writes a global type. */
  onWrite(type: string, hook: WriteHook): void {
    if (this.#hooks.has(type)) throw new Error(`writes of ${type} have a hook`)
    this.#hooks.set(type, hook)
  }

  async get({ userId, roomId, type }: DatumKey): Promise<JsonObject | undefined> {
    const stored = await this.#store.get(userId, roomId, type)
    const shown = roomId === undefined ? this.#shown.get(type) : undefined
    return shown ? shown(userId, stored) : stored
  }

  /** As it is kept, which `showAs` may change for clients. */
  async stored({ userId, roomId, type }: DatumKey, from?: Transaction): Promise<JsonObject | undefined> {
    return this.#store.get(userId, roomId, type, from)
  }

  /** @throws MatrixError M_TOO_LARGE */
  async set(key: DatumKey, content: JsonObject): Promise<void> {
    await this.#db.transaction((tx) => this.setIn(tx, key, content))
  }

  async setIn(tx: Transaction, { userId, roomId, type }: DatumKey, content: JsonObject | null): Promise<void> {
    if (content && utf8Length(JSON.stringify(content)) + utf8Length(type) > MAX_BYTES) {
      throw tooLarge('account data may have 64 KiB at most')
    }
    if (!(await this.#store.exists(tx, userId, roomId, type))) {
      // What was never there need not be told to be gone.
      if (content === null) return
      await this.#checkRoom(tx, userId, roomId)
    }
    await this.#store.set(tx, userId, { roomId, type, content }, await this.#stream.next(tx))
    if (roomId === undefined) await this.#hooks.get(type)?.(tx, userId, content)
    tx.onCommit(() => {
      if (roomId === undefined) this.#listeners.get(type)?.(userId)
      this.#notifier.wakeUser(userId)
    })
  }

  /** @throws MatrixError M_RESOURCE_LIMIT_EXCEEDED */
  async #checkRoom(tx: Transaction, userId: UserId, roomId: RoomId | undefined): Promise<void> {
    const { all, here } = await this.#store.counts(tx, userId, roomId)
    const most = roomId === undefined ? MAX_TYPES : MAX_TYPES_IN_ROOM
    if (here >= most)
      throw resourceLimitExceeded(`there may be ${most} types of account data here; write to one of them`)
    if (all >= MAX_DATA)
      throw resourceLimitExceeded(`a user may have ${MAX_DATA} account data in all; write to one of them`)
  }

  /** MSC3391: syncs tell of it with an empty content. */
  async remove(key: DatumKey): Promise<void> {
    await this.#db.transaction((tx) => this.setIn(tx, key, null))
  }

  async tags(userId: UserId, roomId: RoomId): Promise<JsonObject> {
    return tagsOf(await this.#store.get(userId, roomId, 'm.tag'))
  }

  async setTag(userId: UserId, roomId: RoomId, tag: string, info: JsonObject): Promise<void> {
    await this.#changeTags(userId, roomId, (tags) => {
      if (Object.keys(tags).length >= MAX_TAGS) throw tooLarge('a room may have 1000 tags at most')
      return { ...tags, [tag]: info }
    })
  }

  async removeTag(userId: UserId, roomId: RoomId, tag: string): Promise<void> {
    await this.#changeTags(userId, roomId, ({ [tag]: _removed, ...others }) => others)
  }

  async #changeTags(userId: UserId, roomId: RoomId, change: (tags: JsonObject) => JsonObject): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const tags = tagsOf(await this.#store.get(userId, roomId, 'm.tag', tx))
      await this.setIn(tx, { userId, roomId, type: 'm.tag' }, { tags: change(tags) })
    })
  }

  position(): number {
    return this.#stream.position
  }

  async collect(request: SectionRequest): Promise<SectionResult> {
    const { userId, since, upTo, newlyJoined } = request
    const isInitial = since === undefined
    const changes = since === upTo ? [] : await this.#store.changes(userId, since ?? 0, upTo)
    // Nobody who starts afresh needs to hear what was deleted.
    const told = isInitial ? changes.filter(({ content }) => content !== undefined) : changes
    const ofRooms = told.filter(({ roomId }) => roomId !== undefined && (isInitial || !newlyJoined.has(roomId)))
    if (!isInitial) {
      // Set before the join, when syncs did not tell of the room.
      for (const roomId of newlyJoined) ofRooms.push(...(await this.#store.ofRoom(userId, roomId)))
    }
    const events = this.#globalEvents(userId, told, isInitial).filter((event) =>
      allowsEvent(request.filter.accountData, event),
    )
    return {
      ...(events.length > 0 && { top: { account_data: { events } } }),
      rooms: roomAdditions(ofRooms, request),
    }
  }

  #globalEvents(
    userId: UserId,
    changes: readonly AccountDatum[],
    isInitial: boolean,
  ): { type: string; content: JsonObject }[] {
    const events = changes
      .filter(({ roomId }) => roomId === undefined)
      .map(({ type, content }) => ({ type, content: this.#shown.get(type)?.(userId, content) ?? content ?? {} }))
    if (!isInitial) return events
    for (const [type, shown] of this.#shown) {
      if (!events.some((event) => event.type === type)) events.push({ type, content: shown(userId, undefined) })
    }
    return events
  }
}

function roomAdditions(
  data: readonly AccountDatum[],
  { joinedRooms, filter: { roomAccountData: filter } }: SectionRequest,
): Map<RoomId, RoomAdditions> {
  const rooms = new Map<RoomId, RoomAdditions>()
  for (const { roomId, type, content = {} } of data) {
    if (roomId === undefined || !joinedRooms.has(roomId)) continue
    if (!allowsRoom(filter, roomId) || !allowsEvent(filter, { type })) continue
    const additions = rooms.get(roomId) ?? { account_data: [] }
    additions.account_data?.push({ type, content })
    rooms.set(roomId, additions)
  }
  return rooms
}

function tagsOf(content: JsonObject | undefined): JsonObject {
  const tags = content && ownValue(content, 'tags')
  return isJsonObject(tags) ? tags : {}
}
