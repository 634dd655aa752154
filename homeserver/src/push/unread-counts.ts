import type { Transaction } from '@pons/database'
import type { RoomId } from '@pons/matrix'
import type { PushActionStore, UnreadCount } from '../storage/push-action-store.ts'

type Counts = Map<RoomId, Map<string, UnreadCount>>

/** How many users are remembered; the counts of others are read when they sync. */
const MAX_USERS = 1000

/**
 * How much is unread, kept beside the rows that say so: a sync costs a look-up, however much a person has not read. What
 * takes away from a count makes it be read anew.
 */
export class UnreadCounts {
  readonly #store: PushActionStore
  readonly #byUser = new Map<number, Counts>()
  /** Moves when something was counted or forgotten: what was being read meanwhile may not be kept. */
  #changes = 0

  constructor(store: PushActionStore) {
    this.#store = store
  }

  /** One for each thread, '' being the main timeline. */
  async of(userNid: number, roomId: RoomId): Promise<readonly UnreadCount[]> {
    return [...((await this.#countsOf(userNid)).get(roomId)?.values() ?? [])]
  }

  /** One more, once the transaction has committed. */
  add(tx: Transaction, userNid: number, one: UnreadCount): void {
    tx.onCommit(() => {
      this.#changes++
      const counts = this.#byUser.get(userNid)
      if (counts !== undefined) count(counts, one)
    })
  }

  /** Something was read, or is too old to count. */
  forget(tx: Transaction, userNid: number): void {
    tx.onCommit(() => {
      this.#changes++
      this.#byUser.delete(userNid)
    })
  }

  async #countsOf(userNid: number): Promise<Counts> {
    const known = this.#byUser.get(userNid)
    if (known !== undefined) return known
    const changesBefore = this.#changes
    const counts: Counts = new Map()
    for (const unread of await this.#store.unread(userNid)) count(counts, unread)
    if (this.#changes === changesBefore) this.#keep(userNid, counts)
    return counts
  }

  #keep(userNid: number, counts: Counts): void {
    this.#byUser.set(userNid, counts)
    if (this.#byUser.size <= MAX_USERS) return
    for (const oldest of this.#byUser.keys()) {
      this.#byUser.delete(oldest)
      return
    }
  }
}

function count(counts: Counts, { roomId, thread, notifications, highlights }: UnreadCount): void {
  const threads = counts.get(roomId) ?? new Map<string, UnreadCount>()
  counts.set(roomId, threads)
  const before = threads.get(thread) ?? { notifications: 0, highlights: 0 }
  threads.set(thread, {
    roomId,
    thread,
    notifications: before.notifications + notifications,
    highlights: before.highlights + highlights,
  })
}
