import type { EventId, RoomId, UserId } from '@pons/matrix'

const maxKept = 10_000

/**
 * Up to where the bridge itself said that people have read. A homeserver hands such receipts back without a mark, and the
 * network, where they came from, need not hear of them again. Forgetting one costs a needless call.
 */
export class OwnReceipts {
  readonly #latest = new Map<string, EventId>()

  note(roomId: RoomId, userId: UserId, eventId: EventId): void {
    if (this.#latest.size >= maxKept) this.#latest.clear()
    this.#latest.set(`${roomId} ${userId}`, eventId)
  }

  has(roomId: RoomId, userId: UserId, eventId: EventId): boolean {
    return this.#latest.get(`${roomId} ${userId}`) === eventId
  }
}
