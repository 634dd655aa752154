import type { Transaction } from '@pons/database'
import { innerMap, jsonOf, type JsonObject, type UserId } from '@pons/matrix'
import type { Appservice } from '../appservices/appservice.ts'
import type { Concerned, Extras, ExtrasSource } from '../appservices/extras.ts'
import type { Interests } from '../appservices/interests.ts'
import type { Roster } from '../appservices/roster.ts'
import type { Room } from '../rooms/room.ts'
import type { RoomReader } from '../rooms/room-reader.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { DeviceListChange } from '../storage/device-list-store.ts'
import type { TokenOwner } from '../storage/device-store.ts'
import type { DeviceKeys } from './device-keys.ts'
import type { DeviceLists, DeviceListNews } from './device-lists.ts'
import { Departures } from './departures.ts'
import type { Sessions } from './sessions.ts'

export interface ExtrasOptions {
  readonly roster: Roster
  readonly interests: Interests
  readonly rooms: Rooms
  readonly reader: RoomReader
  readonly sessions: Sessions
  readonly deviceKeys: DeviceKeys
  readonly deviceLists: DeviceLists
}

/** The devices of one service's users, by user and id. */
interface Devices {
  readonly all: Map<string, TokenOwner>
  /** Those whose keys the service has to hear of, whatever else there is to tell. */
  readonly waiting: Map<string, TokenOwner>
}

const ALGORITHM = 'signed_curve25519'

/** What MSC3202 adds to transactions: changed device lists, and how many keys the devices of the service's users have left. */
export class AppserviceExtras implements ExtrasSource {
  readonly #options: ExtrasOptions
  /** By application service, up to where its lists were looked through without a find, or told. */
  readonly #lookedUpTo = new Map<number, number>()
  readonly #devices = new Map<number, Promise<Devices>>()
  readonly #newsListeners: ((appservice: Appservice) => void)[] = []

  constructor(options: ExtrasOptions) {
    const { deviceKeys, deviceLists, sessions } = options
    this.#options = options
    deviceKeys.onStock((owner) => void this.#note(owner))
    sessions.onCreate((tx, owner) => tx.onCommit(() => void this.#note(owner)))
    sessions.onDelete(async (tx, owner) => tx.onCommit(() => void this.#forget(owner)))
    deviceLists.onChange(() => {
      for (const appservice of this.#listeners) this.#wake(appservice)
    })
  }

  onNews(listener: (appservice: Appservice) => void): void {
    this.#newsListeners.push(listener)
  }

  tells(appservice: Appservice): boolean {
    return tells(appservice)
  }

  async hasNews(appservice: Appservice): Promise<boolean> {
    if (!tells(appservice)) return false
    if ((await this.#devicesOf(appservice)).waiting.size > 0) return true
    const upTo = this.#options.deviceLists.position()
    const { changed, left } = await this.#newsFor(appservice, upTo)
    if (changed.length + left.length > 0) return true
    this.#lookedUpTo.set(appservice.nid, upTo)
    return false
  }

  async of(appservice: Appservice, concerned: Concerned): Promise<Extras | undefined> {
    if (!tells(appservice)) return undefined
    const { store } = this.#options.deviceLists
    const upTo = this.#options.deviceLists.position()
    const lists = await this.#newsFor(appservice, upTo)
    const { all, waiting } = await this.#devicesOf(appservice)
    const told = new Map(waiting)
    for (const [key, owner] of all) if (await this.#concerns(appservice, owner, concerned)) told.set(key, owner)
    const isNews = lists.changed.length + lists.left.length > 0
    return {
      body: {
        ...(isNews && { device_lists: { ...lists }, 'org.matrix.msc3202.device_lists': { ...lists } }),
        ...(await this.#stockOf(told)),
      },
      told: async (tx: Transaction) => {
        await store.setToldUpTo(tx, appservice.nid, upTo)
        tx.onCommit(() => {
          this.#lookedUpTo.set(appservice.nid, upTo)
          for (const [key, owner] of told) if (waiting.get(key) === owner) waiting.delete(key)
        })
      },
    }
  }

  get #listeners(): Appservice[] {
    return this.#options.roster.list.filter(tells)
  }

  #wake(appservice: Appservice): void {
    for (const listener of this.#newsListeners) listener(appservice)
  }

  /** The sender's devices, and those of users in the rooms and among the recipients that the transaction is about. */
  async #concerns(appservice: Appservice, { userId }: TokenOwner, concerned: Concerned): Promise<boolean> {
    if (userId === appservice.senderUserId || concerned.users.has(userId)) return true
    for (const roomId of concerned.rooms) {
      if ((await this.#options.rooms.find(roomId))?.state.isJoined(userId)) return true
    }
    return false
  }

  async #newsFor(appservice: Appservice, upTo: number): Promise<DeviceListNews> {
    const { store } = this.#options.deviceLists
    const looked = this.#lookedUpTo.get(appservice.nid) ?? (await store.toldUpTo(appservice.nid))
    const changed = new Set<UserId>()
    const departures = new Departures(this.#options)
    for await (const page of store.changes(looked, upTo)) {
      for (const change of page) await this.#apply(appservice, change, { changed, departures })
    }
    const left: UserId[] = []
    for (const userId of departures.gone) {
      if (await this.#sharesRoom(appservice, userId)) continue
      left.push(userId)
      changed.delete(userId)
    }
    return { changed: [...changed], left }
  }

  async #apply(
    appservice: Appservice,
    { kind, userId, roomId, viewer }: DeviceListChange,
    { changed, departures }: { changed: Set<UserId>; departures: Departures },
  ): Promise<void> {
    if (viewer !== undefined) {
      if (userId !== undefined && appservice.ownsUser(viewer)) changed.add(userId)
      return
    }
    if (roomId === undefined) {
      if (userId !== undefined && (await this.#sharesRoom(appservice, userId))) changed.add(userId)
      return
    }
    const room = await this.#options.rooms.get(roomId)
    const isOwn = userId !== undefined && appservice.ownsUser(userId)
    const hears = this.#hears(appservice, room)
    if (kind === 'left') {
      if (isOwn && !hears) await departures.ownFrom(roomId, userId)
      else if (userId !== undefined && !isOwn) departures.from(roomId, userId, hears)
      return
    }
    if (!hears) return
    // Whom one ghost saw, the service knows: another one that joins is the only news.
    if (userId !== undefined && (!isOwn || this.#hasOthers(appservice, room, userId))) changed.add(userId)
    else for (const member of room.state.members('join')) changed.add(member)
  }

  #hasOthers(appservice: Appservice, room: Room, userId: UserId): boolean {
    for (const member of room.state.members('join')) if (member !== userId && appservice.ownsUser(member)) return true
    return appservice.ownsRoom(room.roomId)
  }

  async #sharesRoom(appservice: Appservice, userId: UserId): Promise<boolean> {
    if (appservice.ownsUser(userId)) return true
    for (const { roomId, membership } of await this.#options.reader.roomsOf(userId)) {
      if (membership === 'join' && this.#hears(appservice, await this.#options.rooms.get(roomId))) return true
    }
    return false
  }

  #hears(appservice: Appservice, room: Room): boolean {
    return this.#options.interests.isIn(appservice, room)
  }

  async #stockOf(devices: ReadonlyMap<string, TokenOwner>): Promise<JsonObject> {
    if (devices.size === 0) return {}
    const countsByUser = new Map<string, Map<string, JsonObject>>()
    const fallbacksByUser = new Map<string, Map<string, string[]>>()
    for (const { userId, deviceId } of devices.values()) {
      const stock = await this.#options.deviceKeys.stock(userId, deviceId)
      // What has none yet has to be told so: by that the service begins.
      innerMap(countsByUser, userId).set(deviceId, { [ALGORITHM]: 0, ...stock.counts })
      innerMap(fallbacksByUser, userId).set(deviceId, stock.unusedFallbacks)
    }
    const [counts, fallbacks] = [jsonOf(countsByUser), jsonOf(fallbacksByUser)]
    return {
      device_one_time_keys_count: counts,
      // The two spellings that services of before and after a correction of the proposal look for.
      'org.matrix.msc3202.device_one_time_keys_count': counts,
      'org.matrix.msc3202.device_one_time_key_counts': counts,
      device_unused_fallback_key_types: fallbacks,
      'org.matrix.msc3202.device_unused_fallback_key_types': fallbacks,
    }
  }

  /** Read once; what a crash kept from being told is told again after it. */
  #devicesOf(appservice: Appservice): Promise<Devices> {
    const known = this.#devices.get(appservice.nid)
    if (known) return known
    const reading = this.#options.sessions.owners().then((owners): Devices => {
      const own = owners
        .filter(({ userId }) => appservice.ownsUser(userId))
        .map((owner) => [keyOf(owner), owner] as const)
      return { all: new Map(own), waiting: new Map(own) }
    })
    this.#devices.set(appservice.nid, reading)
    reading.catch(() => this.#devices.delete(appservice.nid))
    return reading
  }

  async #note(owner: TokenOwner): Promise<void> {
    for (const appservice of this.#listeners) {
      if (!appservice.ownsUser(owner.userId)) continue
      const devices = await this.#devicesOf(appservice)
      // A new object, so that what is told meanwhile does not take it for what it told.
      devices.all.set(keyOf(owner), { ...owner })
      devices.waiting.set(keyOf(owner), { ...owner })
      this.#wake(appservice)
    }
  }

  async #forget(owner: TokenOwner): Promise<void> {
    for (const reading of this.#devices.values()) {
      const { all, waiting } = await reading
      all.delete(keyOf(owner))
      waiting.delete(keyOf(owner))
    }
  }
}

function tells(appservice: Appservice): boolean {
  return appservice.registration['org.matrix.msc3202'] === true
}

function keyOf({ userId, deviceId }: TokenOwner): string {
  return `${userId}\0${deviceId}`
}
