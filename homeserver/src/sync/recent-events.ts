import type { Committed } from '../rooms/timeline-writer.ts'
import type { RoomEvent } from '../event/room-event.ts'
import QuickLRU from 'quick-lru'

interface Tail {
  /** Every event of the room after this position is in `events`. */
  after: number
  readonly events: RoomEvent[]
  /** Of their contents. */
  bytes: number
}

const MAX_ROOMS = 500
const MAX_EVENTS = 20
/** Of one room: of large events the database is asked. */
const MAX_BYTES = 65_536
const MAX_STREAM = 1000

/**
 * The newest events, for long polls: everybody in a room is woken by the same event, and asks for the same few. Nothing is
 * kept while nobody polls.
 */
export class RecentEvents {
  readonly #tails = new QuickLRU<number, Tail>({ maxSize: MAX_ROOMS })
  /** Position and room of each event after `#streamAfter`, in order. */
  #stream: { nid: number; roomNid: number }[] = []
  #streamAfter = Number.POSITIVE_INFINITY

  /** In the order of the stream; `isWanted` says whether anybody polls. */
  add({ event }: Committed, isWanted: boolean): void {
    if (!isWanted) return this.clear()
    const { nid, roomNid } = event
    if (this.#stream.length === 0) this.#streamAfter = nid - 1
    this.#stream.push({ nid, roomNid })
    if (this.#stream.length > 2 * MAX_STREAM) {
      this.#stream = this.#stream.slice(-MAX_STREAM)
      this.#streamAfter = this.#stream[0]!.nid - 1
    }
    const known = this.#tails.get(roomNid)
    // A redaction has changed an event before it.
    const isNew = !known || event.type === 'm.room.redaction'
    const tail = isNew ? { after: nid - 1, events: [], bytes: 0 } : known
    if (isNew) this.#tails.set(roomNid, tail)
    tail.events.push(event)
    tail.bytes += event.contentBytes
    while (tail.events.length > MAX_EVENTS || tail.bytes > MAX_BYTES) {
      const oldest = tail.events.shift()!
      tail.after = oldest.nid
      tail.bytes -= oldest.contentBytes
    }
  }

  clear(): void {
    if (this.#stream.length === 0) return
    this.#stream = []
    this.#streamAfter = Number.POSITIVE_INFINITY
    this.#tails.clear()
  }

  /** Those of one room in `(after, upTo]`, oldest first; undefined when not all of them are known here. */
  inRoom(roomNid: number, after: number, upTo: number): RoomEvent[] | undefined {
    const tail = this.#tails.get(roomNid)
    if (!tail || after < tail.after) return undefined
    return tail.events.filter(({ nid }) => nid > after && nid <= upTo)
  }

  /** The rooms that have events in `(after, upTo]`; undefined when not all of them are known here. */
  roomsBetween(after: number, upTo: number): Set<number> | undefined {
    if (after < this.#streamAfter) return undefined
    const rooms = new Set<number>()
    for (let index = this.#stream.length - 1; index >= 0; index--) {
      const { nid, roomNid } = this.#stream[index]!
      if (nid <= after) break
      if (nid <= upTo) rooms.add(roomNid)
    }
    return rooms
  }
}
