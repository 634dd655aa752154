import { setImmediate } from 'node:timers/promises'
import type { EventId, JsonObject, RoomId, UserId } from '@pons/matrix'
import { NameList } from '../event/name-list.ts'
import { allowsRoomEvent } from '../event/allowed-by-filter.ts'
import type { RoomEventFilter } from '../event/filter.ts'
import type { Viewer } from './viewer.ts'
import type { Room } from './room.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { RoomReader } from './room-reader.ts'
import type { RoomStores } from './rooms.ts'
import { timelineToken } from './timeline-token.ts'
import { END_OF_STREAM } from '../storage/positions.ts'

export interface PageOptions {
  readonly reader: RoomReader
  readonly stores: RoomStores
  readonly viewer: Viewer
  readonly roomId: RoomId
  readonly filter: RoomEventFilter
}

export interface MessagesQuery {
  /** Position; undefined for the end of the room. */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly direction: 'forward' | 'backward'
  readonly limit: number
}

/** How many times the limit a filter that lets little through may cost; after that the client asks on. */
const MAX_ROUNDS = 10
const MAX_LIMIT = 1000
const PAGE = 100
/** Of content that is read for one answer: events may have 64 KiB each. */
const MAX_BYTES = 4 * 1024 * 1024
const anyType = new NameList([], false)

/** A stretch of the timeline that the viewer may see. */
export async function messages(options: PageOptions, query: MessagesQuery): Promise<JsonObject> {
  const { reader, viewer, roomId } = options
  const { room, at } = await reader.access(viewer.userId, roomId)
  const last = at?.nid ?? END_OF_STREAM
  const isForward = query.direction === 'forward'
  const start = Math.min(query.from ?? (isForward ? 0 : last), last)
  const { events, next } = await collect(options, room, { ...query, from: start, last })
  const shown = start === END_OF_STREAM ? room.lastNid : start
  return {
    start: timelineToken(shown),
    chunk: await reader.present(events, viewer),
    ...(next !== undefined && { end: timelineToken(next) }),
    ...(await lazyMembers(options, events)),
  }
}

async function collect(
  { reader, stores, viewer, filter }: PageOptions,
  room: Room,
  query: MessagesQuery & { from: number; last: number },
): Promise<{ events: RoomEvent[]; next: number | undefined }> {
  const isForward = query.direction === 'forward'
  const limit = Math.min(query.limit, MAX_LIMIT)
  const events: RoomEvent[] = []
  const size = Math.min(limit, PAGE)
  let cursor = query.from
  let bytes = 0
  for (let read = 0; read < MAX_ROUNDS * limit && bytes < MAX_BYTES; read += size) {
    const page = await stores.events.page({
      roomNid: room.nid,
      after: isForward ? cursor : (query.to ?? 0),
      before: isForward ? Math.min(query.to ?? query.last, query.last) + 1 : cursor + 1,
      limit: size,
      direction: query.direction,
    })
    const fitted = fittingBytes(page, MAX_BYTES - bytes)
    for (const event of fitted) bytes += event.contentBytes
    const visible = await reader.wanted(room, viewer.userId, fitted)
    const fitting = visible.filter((event) => allowsRoomEvent(filter, event))
    const taken = fitting.slice(0, limit - events.length)
    events.push(...taken)
    const lastEvent = fitting.length > taken.length ? taken.at(-1) : fitted.at(-1)
    if (lastEvent) cursor = isForward ? lastEvent.nid : lastEvent.nid - 1
    if (fitted.length < size && fitted.length === page.length && fitting.length === taken.length)
      return { events, next: undefined }
    if (events.length >= limit || fitted.length < page.length) break
    // Long pages let others have their turn.
    await setImmediate()
  }
  return { events, next: cursor }
}

/** As many of the first as have so many bytes; at least one, or nobody would get any further. */
function fittingBytes(page: readonly RoomEvent[], most: number): readonly RoomEvent[] {
  let left = most
  const end = page.findIndex(({ contentBytes }) => (left -= contentBytes) < 0)
  return end === -1 ? page : page.slice(0, Math.max(1, end))
}

/**
 * The member events of the senders at the first event of the chunk, where the filter leaves the others out. Who came later is
 * given as of the first event of theirs.
 */
async function lazyMembers({ reader, viewer, filter }: PageOptions, events: readonly RoomEvent[]): Promise<JsonObject> {
  const [first] = events
  if (!filter.lazyLoadMembers || !first) return {}
  const firstBySender = new Map(events.toReversed().map((event) => [event.sender, event]))
  const members = await reader.membersAt(first, firstBySender.keys())
  for (const { stateKey } of members) firstBySender.delete(stateKey as UserId)
  for (const [sender, event] of firstBySender) {
    const member = await reader.memberAt(event, sender)
    if (member) members.push(member)
  }
  return { state: await reader.present(members, viewer) }
}

/** An event with what was said around it, and the state after the last of that. */
export async function eventContext(options: PageOptions, eventId: EventId, limit: number): Promise<JsonObject> {
  const { reader, stores, viewer, roomId, filter } = options
  const event = await reader.event(viewer.userId, roomId, eventId)
  const { room, at } = await reader.access(viewer.userId, roomId).catch(() => ({ room: undefined, at: undefined }))
  const half = Math.floor(Math.min(limit, MAX_LIMIT) / 2)
  const around = async (direction: 'forward' | 'backward'): Promise<RoomEvent[]> => {
    if (!room || half === 0) return []
    const bounds =
      direction === 'forward'
        ? { after: event.nid, before: (at?.nid ?? END_OF_STREAM) + 1 }
        : { after: 0, before: event.nid }
    const page = await stores.events.page({ roomNid: event.roomNid, ...bounds, limit: half, direction })
    const visible = await reader.wanted(room, viewer.userId, page)
    return visible.filter((found) => allowsRoomEvent(filter, found))
  }
  const before = await around('backward')
  const after = await around('forward')
  const lastEvent = after.at(-1) ?? event
  const state = await stores.events.byNids(await stores.states.eventsAt(lastEvent))
  const senders = new Set([event, ...before, ...after].map(({ sender }) => sender as string))
  const shown = state.filter((one) => {
    if (filter.lazyLoadMembers && one.type === 'm.room.member') return senders.has(one.stateKey ?? '')
    return allowsRoomEvent({ ...filter, types: undefined, notTypes: anyType }, one)
  })
  const [presented] = await reader.present([event], viewer)
  return {
    event: presented ?? {},
    events_before: await reader.present(before, viewer),
    events_after: await reader.present(after, viewer),
    state: await reader.present(shown, viewer),
    start: timelineToken((before.at(-1) ?? event).nid - 1),
    end: timelineToken(lastEvent.nid),
  }
}
