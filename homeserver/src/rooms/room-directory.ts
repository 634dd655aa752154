import type { Database } from '@pons/database'
import {
  forbidden,
  invalidParam,
  powerLevelOf,
  requiredPowerLevel,
  type JsonObject,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import type { Room } from './room.ts'
import type { RoomReader } from './room-reader.ts'
import { roomSummary } from './room-summary.ts'
import { contains } from '../text/contains.ts'
import type { Rooms, RoomStores } from './rooms.ts'

export interface RoomDirectoryOptions {
  readonly database: Database
  readonly rooms: Rooms
  readonly reader: RoomReader
  readonly stores: RoomStores
}

export interface PublicRoomsQuery {
  readonly limit?: number | undefined
  readonly since?: string | undefined
  readonly searchTerm?: string | undefined
  readonly roomTypes?: readonly (string | null)[] | undefined
  /** One list of an application service. */
  readonly network?: string | undefined
  readonly includeAllNetworks?: boolean | undefined
}

const MAX_PAGE = 1000

/** The public lists of rooms. */
export class RoomDirectory {
  readonly #options: RoomDirectoryOptions

  constructor(options: RoomDirectoryOptions) {
    this.#options = options
  }

  async isPublished(roomId: RoomId): Promise<boolean> {
    const room = await this.#options.rooms.get(roomId)
    return this.#options.stores.rooms.isPublished(room.nid, '')
  }

  /** For members who may change the canonical alias, and server admins. */
  async setPublished(roomId: RoomId, by: { userId: UserId; isAdmin: boolean }, isPublished: boolean): Promise<void> {
    const room = await this.#options.rooms.get(roomId)
    const { state } = room
    const isModerator =
      state.isJoined(by.userId) &&
      powerLevelOf(state, by.userId) >= requiredPowerLevel(state, 'm.room.canonical_alias', true)
    if (!isModerator && !by.isAdmin) throw forbidden('You may not change the directory entry of this room')
    await this.#write(room, '', isPublished)
  }

  /** A list of its own for each network of an application service. */
  async setPublishedOn(roomId: RoomId, appserviceId: string, network: string, isPublished: boolean): Promise<void> {
    await this.#write(await this.#options.rooms.get(roomId), `${appserviceId}|${network}`, isPublished)
  }

  async list(query: PublicRoomsQuery): Promise<JsonObject> {
    const { rooms, stores } = this.#options
    const network = query.includeAllNetworks ? undefined : (query.network ?? '')
    const entries: JsonObject[] = []
    for (const { roomId } of await stores.rooms.published(network)) {
      const entry = roomSummary(await rooms.get(roomId))
      if (fits(entry, query)) entries.push(entry)
    }
    entries.sort((a, b) => Number(b['num_joined_members']) - Number(a['num_joined_members']))
    const start = startOf(query.since)
    const end = start + Math.min(query.limit ?? MAX_PAGE, MAX_PAGE)
    return {
      chunk: entries.slice(start, end),
      total_room_count_estimate: entries.length,
      ...(end < entries.length && { next_batch: `p${end}` }),
      ...(start > 0 && { prev_batch: `p${Math.max(0, start - (end - start))}` }),
    }
  }

  async #write(room: Room, network: string, isPublished: boolean): Promise<void> {
    const { database, stores } = this.#options
    await database.transaction((tx) => stores.rooms.setPublished(tx, room.nid, network, isPublished))
  }
}

function startOf(since: string | undefined): number {
  if (since === undefined) return 0
  if (!/^p\d{1,9}$/.test(since)) throw invalidParam('since is not a token of this list')
  return Number(since.slice(1))
}

function fits(entry: JsonObject, { searchTerm, roomTypes }: PublicRoomsQuery): boolean {
  if (roomTypes && !roomTypes.includes((entry['room_type'] as string | undefined) ?? null)) return false
  if (searchTerm === undefined || searchTerm === '') return true
  const wanted = searchTerm.toLowerCase()
  return ['name', 'topic', 'canonical_alias'].some((key) => {
    const text = entry[key]
    return typeof text === 'string' && contains(text.toLowerCase(), wanted)
  })
}
