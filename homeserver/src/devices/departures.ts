import type { RoomId, UserId } from '@pons/matrix'
import type { RoomReader } from '../rooms/room-reader.ts'

/** Who has gone out of the sight of one who hears of device lists, in the order in which they went. */
export class Departures {
  readonly #reader: Pick<RoomReader, 'members'>
  /** From rooms that the hearer is not in now: they saw them go if they went themselves later. */
  readonly #unseen = new Map<RoomId, Set<UserId>>()
  readonly #gone = new Set<UserId>()

  constructor({ reader }: { readonly reader: Pick<RoomReader, 'members'> }) {
    this.#reader = reader
  }

  get gone(): ReadonlySet<UserId> {
    return this.#gone
  }

  /** Somebody else went. */
  from(roomId: RoomId, userId: UserId, isIn: boolean): void {
    if (isIn) {
      this.#gone.add(userId)
      return
    }
    const unseen = this.#unseen.get(roomId) ?? new Set()
    this.#unseen.set(roomId, unseen.add(userId))
  }

  /** The hearer went: those who were there then are gone, not those who have come since. */
  async ownFrom(roomId: RoomId, own: UserId): Promise<void> {
    for (const userId of this.#unseen.get(roomId) ?? []) this.#gone.add(userId)
    this.#unseen.delete(roomId)
    const members = await this.#reader.members(own, roomId, { membership: 'join' }).catch(() => [])
    for (const { stateKey } of members)
      if (stateKey !== undefined && stateKey !== own) this.#gone.add(stateKey as UserId)
  }
}
