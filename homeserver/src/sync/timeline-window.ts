import type { UserId } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { RoomReader } from '../rooms/room-reader.ts'
import type { RoomStores } from '../rooms/rooms.ts'
import { slotName } from '../rooms/slot-name.ts'
import type { RecentEvents } from './recent-events.ts'

export interface WindowRequest {
  readonly room: Room
  readonly userId: UserId
  /** Exclusive; undefined when the client has nothing of the room yet. */
  readonly since: number | undefined
  readonly upTo: number
  readonly limit: number
  /** Bytes of content that the answer may still hold, which what is shown takes from. */
  readonly budget: TimelineBudget
  readonly isWanted: (event: RoomEvent) => boolean
}

/** One for all rooms of an answer; each of them shows an event at least. */
export interface TimelineBudget {
  leftBytes: number
}

export interface TimelineWindow {
  /** What is shown, oldest first. */
  readonly events: readonly RoomEvent[]
  /** State events after `start` that are not shown: the client learns of them by the state alone. */
  readonly omitted: readonly RoomEvent[]
  /** The position at which the timeline begins. */
  readonly start: number
  /** Whether there is more between the last sync and `start`. */
  readonly isLimited: boolean
}

export interface WindowSources {
  readonly stores: RoomStores
  readonly reader: RoomReader
  readonly recent: RecentEvents
}

/** How many pages a filter that lets little through may cost; what is before them is asked for by `/messages`. */
const MAX_PAGES = 10
const PAGE = 50

/**
 * The newest events that are shown, such that state at `start`, `omitted` and `events` in this order give the state at `upTo`.
 * The filter is applied before the limit. What the viewer may not see ends the window: a state event in such a gap would be
 * lost between a state before it and a timeline after it.
 */
export async function timelineWindow(sources: WindowSources, request: WindowRequest): Promise<TimelineWindow> {
  const { room, userId, since, upTo, limit, budget, isWanted } = request
  const after = since ?? 0
  const shown: RoomEvent[] = []
  const omitted: RoomEvent[] = []
  // Slots of which a newer value than the one looked at is left out.
  const leftOut = new Set<string>()
  let start = upTo
  const window = (isLimited: boolean): TimelineWindow => {
    // Without anything shown the state may as well be that of the end.
    if (shown.length === 0) return { events: [], omitted: [], start: upTo, isLimited }
    return { events: shown.reverse(), omitted: omitted.filter(({ nid }) => nid > start).reverse(), start, isLimited }
  }
  let before = upTo + 1
  for (let round = 0; round < MAX_PAGES + limit / PAGE; round++) {
    const size = round === 0 ? Math.min(limit, PAGE) + 1 : PAGE
    const page = await newestEvents(sources, { roomNid: room.nid, after, before, limit: size })
    const visible = new Set(await sources.reader.visible(room, userId, page))
    for (const event of page) {
      if (!visible.has(event)) return window(true)
      const slot = event.stateKey === undefined ? undefined : slotName(event.type, event.stateKey)
      if (!isWanted(event)) {
        if (slot !== undefined) omitted.push(event)
        if (slot !== undefined) leftOut.add(slot)
        continue
      }
      // An older value in the timeline would be taken for the newest.
      if (shown.length === limit || (slot !== undefined && leftOut.has(slot))) return window(true)
      if (shown.length > 0 && event.contentBytes > budget.leftBytes) return window(true)
      budget.leftBytes -= event.contentBytes
      shown.push(event)
      start = event.nid - 1
    }
    if (page.length < size) return window(false)
    before = page.at(-1)!.nid
  }
  return window(true)
}

/** The last `limit` events of `(after, before)`, newest first. */
async function newestEvents(
  { stores, recent }: WindowSources,
  { roomNid, after, before, limit }: { roomNid: number; after: number; before: number; limit: number },
): Promise<RoomEvent[]> {
  const known = recent.inRoom(roomNid, after, before - 1)
  if (known) return known.slice(-limit).reverse()
  return stores.events.page({ roomNid, after, before, limit, direction: 'backward' })
}
