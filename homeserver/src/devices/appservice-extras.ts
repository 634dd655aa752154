import type { Database } from '@pons/database'
import type { JsonObject, UserId } from '@pons/matrix'
import type { Appservice } from '../appservices/appservice.ts'
import type { Appservices } from '../appservices/appservices.ts'
import type { RoomReader } from '../rooms/room-reader.ts'
import type { Rooms } from '../rooms/rooms.ts'
import { OutboxStore } from '../storage/outbox-store.ts'
import type { TokenOwner } from '../storage/device-store.ts'
import type { DeviceKeys } from './device-keys.ts'
import type { DeviceLists } from './device-lists.ts'

export interface ExtrasOptions {
  readonly database: Database
  readonly appservices: Appservices
  readonly rooms: Rooms
  readonly reader: RoomReader
  readonly deviceKeys: DeviceKeys
  readonly deviceLists: DeviceLists
}

interface Told {
  /** Of the transaction that was the last one when these extras were made. */
  readonly afterNumber: number
  readonly upTo: number
  readonly stock: ReadonlyMap<string, TokenOwner>
}

/** What MSC3202 adds to transactions: changed device lists, and how many keys the devices of ghosts have left. */
export class AppserviceExtras {
  readonly #options: ExtrasOptions
  readonly #outbox: OutboxStore
  readonly #told = new Map<number, Told>()
  /** By application service, devices whose number of keys changed. */
  readonly #stock = new Map<number, Map<string, TokenOwner>>()

  constructor(options: ExtrasOptions) {
    this.#options = options
    this.#outbox = new OutboxStore(options.database)
    options.deviceKeys.onStock((owner) => this.#noteStock(owner))
  }

  /** Made anew for each transaction; whether it was stored is seen at the next. */
  async of(appservice: Appservice): Promise<JsonObject> {
    if (appservice.registration['org.matrix.msc3202'] !== true) return {}
    const since = await this.#settle(appservice)
    const upTo = this.#options.deviceLists.position()
    const stock = new Map(this.#stock.get(appservice.nid))
    const last = await this.#outbox.transaction(appservice.nid)
    this.#told.set(appservice.nid, { afterNumber: last?.number ?? 0, upTo, stock })
    const changed = await this.#changedFor(appservice, since, upTo)
    const lists = { changed, left: [] }
    return {
      ...(changed.length > 0 && { device_lists: lists, 'org.matrix.msc3202.device_lists': lists }),
      ...(await this.#stockOf(stock)),
    }
  }

  /** Forgets what the last transaction told, when there was one. Returns from where on the next one tells. */
  async #settle({ nid }: Appservice): Promise<number> {
    const { database, deviceLists } = this.#options
    const told = this.#told.get(nid)
    if (!told) return deviceLists.store.toldUpTo(nid)
    const last = await this.#outbox.transaction(nid)
    if ((last?.number ?? 0) <= told.afterNumber) return deviceLists.store.toldUpTo(nid)
    const waiting = this.#stock.get(nid)
    for (const [key, owner] of told.stock) if (waiting?.get(key) === owner) waiting.delete(key)
    await database.transaction((tx) => deviceLists.store.setToldUpTo(tx, nid, told.upTo))
    return told.upTo
  }

  async #changedFor(appservice: Appservice, since: number, upTo: number): Promise<UserId[]> {
    if (since >= upTo) return []
    const changed = new Set<UserId>()
    for (const { kind, userId, roomId } of await this.#options.deviceLists.store.changes(since, upTo)) {
      if (kind === 'left') continue
      if (roomId !== undefined) {
        const room = await this.#options.rooms.get(roomId)
        if (!this.#hears(appservice, room)) continue
        if (userId !== undefined && !appservice.ownsUser(userId)) changed.add(userId)
        else for (const member of room.state.members('join')) changed.add(member)
      } else if (userId !== undefined && (await this.#sharesRoom(appservice, userId))) changed.add(userId)
    }
    return [...changed]
  }

  async #sharesRoom(appservice: Appservice, userId: UserId): Promise<boolean> {
    if (appservice.ownsUser(userId)) return true
    for (const { roomId, membership } of await this.#options.reader.roomsOf(userId)) {
      if (membership === 'join' && this.#hears(appservice, await this.#options.rooms.get(roomId))) return true
    }
    return false
  }

  #hears(appservice: Appservice, room: Parameters<Appservices['ephemeralListeners']>[0]): boolean {
    return this.#options.appservices.ephemeralListeners(room).includes(appservice)
  }

  async #stockOf(devices: ReadonlyMap<string, TokenOwner>): Promise<JsonObject> {
    if (devices.size === 0) return {}
    const counts: Record<string, JsonObject> = {}
    const fallbacks: Record<string, JsonObject> = {}
    for (const { userId, deviceId } of devices.values()) {
      const stock = await this.#options.deviceKeys.stock(userId, deviceId)
      const ofUser = (counts[userId] ??= {})
      ofUser[deviceId] = stock.counts
      const unused = (fallbacks[userId] ??= {})
      unused[deviceId] = stock.unusedFallbacks
    }
    return {
      device_one_time_keys_count: counts,
      // The two spellings that services of before and after a correction of the proposal look for.
      'org.matrix.msc3202.device_one_time_keys_count': counts,
      'org.matrix.msc3202.device_one_time_key_counts': counts,
      device_unused_fallback_key_types: fallbacks,
      'org.matrix.msc3202.device_unused_fallback_key_types': fallbacks,
    }
  }

  #noteStock(owner: TokenOwner): void {
    for (const appservice of this.#options.appservices.list) {
      if (appservice.registration['org.matrix.msc3202'] !== true || !appservice.ownsUser(owner.userId)) continue
      const waiting = this.#stock.get(appservice.nid) ?? new Map<string, TokenOwner>()
      this.#stock.set(appservice.nid, waiting.set(`${owner.userId}\0${owner.deviceId}`, { ...owner }))
    }
  }
}
