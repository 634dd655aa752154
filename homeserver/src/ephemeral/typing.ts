import { forbidden, type JsonObject, type RoomId, type UserId, type Clock } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import type { Timeline } from '../rooms/timeline.ts'
import { allowsEvent, allowsRoom } from '../event/allowed-by-filter.ts'
import type { Notifier } from '../sync/notifier.ts'
import type { RoomAdditions, SectionRequest, SectionResult, SyncSection } from '../sync/section.ts'
import type { EphemeralDelivery } from './delivery.ts'

const MAX_MS = 120_000

export interface TypingOptions {
  readonly clock: Clock
  readonly notifier: Notifier
  readonly delivery: EphemeralDelivery
  readonly timeline: Timeline
}

interface TypingRoom {
  /** Who types, and what keeps it from being forgotten. */
  readonly cancels: Map<UserId, () => void>
  changedAt: number
}

/** Who is typing where; in memory, as nothing of it is worth keeping. */
export class Typing implements SyncSection {
  readonly key = 'y'
  readonly #clock: Clock
  readonly #notifier: Notifier
  readonly #delivery: EphemeralDelivery
  readonly #rooms = new Map<RoomId, TypingRoom>()
  #position: number

  constructor({ clock, notifier, delivery, timeline }: TypingOptions) {
    this.#clock = clock
    this.#notifier = notifier
    this.#delivery = delivery
    timeline.onCommitted(({ room, event }) => {
      if (event.type !== 'm.room.member' || event.stateKey === undefined) return
      if (!room.state.isJoined(event.stateKey)) this.stop(room, event.stateKey as UserId)
    })
    // Beyond those of before a restart, as long as there are fewer changes than milliseconds.
    this.#position = clock.now()
  }

  /** Without a time, they stopped. @throws MatrixError M_FORBIDDEN to who is not in the room */
  set(room: Room, userId: UserId, timeoutMs: number | undefined): void {
    if (!room.state.isJoined(userId)) throw forbidden('You are not in this room')
    if (timeoutMs === undefined) return this.stop(room, userId)
    const typing = this.#rooms.get(room.roomId) ?? { cancels: new Map<UserId, () => void>(), changedAt: 0 }
    this.#rooms.set(room.roomId, typing)
    const before = typing.cancels.get(userId)
    before?.()
    const forget = this.#clock.schedule(() => this.stop(room, userId), Math.min(timeoutMs, MAX_MS))
    typing.cancels.set(userId, forget)
    if (!before) this.#changed(room, typing)
  }

  /** They said it, gave up, or left. */
  stop(room: Room, userId: UserId): void {
    const typing = this.#rooms.get(room.roomId)
    const cancel = typing?.cancels.get(userId)
    if (!typing || !cancel) return
    cancel()
    typing.cancels.delete(userId)
    this.#changed(room, typing)
  }

  position(): number {
    return this.#position
  }

  async collect({ since, upTo, joinedRooms, newlyJoined, filter }: SectionRequest): Promise<SectionResult> {
    if (since === upTo || !allowsEvent(filter.ephemeral, { type: 'm.typing' })) return {}
    const rooms = new Map<RoomId, RoomAdditions>()
    for (const [roomId, { cancels, changedAt }] of this.#rooms) {
      if (!joinedRooms.has(roomId) || !allowsRoom(filter.ephemeral, roomId)) continue
      const isNew = since === undefined || newlyJoined.has(roomId)
      if (isNew ? cancels.size === 0 : changedAt <= since || changedAt > upTo) continue
      rooms.set(roomId, { ephemeral: [{ type: 'm.typing', content: { user_ids: [...cancels.keys()] } }] })
    }
    return { rooms }
  }

  [Symbol.dispose](): void {
    for (const { cancels } of this.#rooms.values()) for (const cancel of cancels.values()) cancel()
    this.#rooms.clear()
  }

  #changed(room: Room, typing: TypingRoom): void {
    this.#position = Math.max(this.#position + 1, this.#clock.now())
    typing.changedAt = this.#position
    this.#notifier.wakeRoom(room)
    const content: JsonObject = { user_ids: [...typing.cancels.keys()] }
    this.#delivery.queue(room, { type: 'm.typing', room_id: room.roomId, content })
  }
}
