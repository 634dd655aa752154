import type { Transaction } from '@pons/database'
import { isJsonObject, isRoomId, jsonOf, ownValue, type JsonValue, type RoomId, type UserId } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Timeline } from '../rooms/timeline.ts'
import type { EventStore } from '../storage/event-store.ts'
import type { AccountData } from './account-data.ts'

export interface CarryOverOptions {
  readonly timeline: Timeline
  readonly rooms: Rooms
  readonly events: EventStore
  readonly accountData: AccountData
  readonly pushRules: {
    carryRoomIn(tx: Transaction, userId: UserId, from: RoomId, to: RoomId): Promise<void>
  }
}

/** What a user had noted of a room goes over to the one that replaced it: its tags, that it is a direct chat, its push rule. */
export class CarryOver {
  readonly #options: CarryOverOptions

  constructor(options: CarryOverOptions) {
    this.#options = options
    options.timeline.onAppend((tx, room, event) => this.#appended(tx, room, event))
  }

  /** Who joins the room that replaced theirs. */
  #appended(tx: Transaction, room: Room, event: RoomEvent): Promise<void> | void {
    if (event.type === 'm.room.member' && event.content['membership'] === 'join') return this.#joined(tx, room, event)
  }

  async #joined(tx: Transaction, room: Room, event: RoomEvent): Promise<void> {
    if (event.stateKey === undefined) return
    const old = predecessorOf(room)
    if (old === undefined || (await this.#wasJoined(tx, event))) return
    if (!(await this.#isReplacedBy(tx, old, room.roomId))) return
    await this.carry(tx, event.stateKey as UserId, old, room.roomId)
  }

  async #wasJoined(tx: Transaction, { replaces }: RoomEvent): Promise<boolean> {
    if (replaces === undefined) return false
    const [before] = await this.#options.events.byNids([replaces], tx)
    return before?.content['membership'] === 'join'
  }

  /** Anybody may name any room as the one before: only the old room itself can say what replaced it. */
  async #isReplacedBy(tx: Transaction, old: RoomId, replacement: RoomId): Promise<boolean> {
    const room = await this.#options.rooms.findIn(tx, old)
    return room?.content('m.room.tombstone')?.['replacement_room'] === replacement
  }

  async carry(tx: Transaction, userId: UserId, from: RoomId, to: RoomId): Promise<void> {
    const { accountData, pushRules } = this.#options
    const tags = await accountData.stored({ userId, roomId: from, type: 'm.tag' }, tx)
    const own = { userId, roomId: to, type: 'm.tag' }
    if (tags && (await accountData.stored(own, tx)) === undefined) await accountData.setIn(tx, own, tags)
    await this.#carryDirect(tx, userId, from, to)
    await pushRules.carryRoomIn(tx, userId, from, to)
  }

  async #carryDirect(tx: Transaction, userId: UserId, from: RoomId, to: RoomId): Promise<void> {
    const key = { userId, roomId: undefined, type: 'm.direct' }
    const direct = await this.#options.accountData.stored(key, tx)
    if (!direct) return
    let isChanged = false
    const lists = Object.entries(direct).map(([other, rooms]): [string, JsonValue] => {
      if (!Array.isArray(rooms) || !rooms.includes(from) || rooms.includes(to)) return [other, rooms]
      isChanged = true
      return [other, [...rooms, to]]
    })
    if (isChanged) await this.#options.accountData.setIn(tx, key, jsonOf(new Map(lists)))
  }
}

function predecessorOf(room: Room): RoomId | undefined {
  const predecessor = room.content('m.room.create')?.['predecessor']
  const roomId = isJsonObject(predecessor) ? ownValue(predecessor, 'room_id') : undefined
  return typeof roomId === 'string' && isRoomId(roomId) ? roomId : undefined
}
