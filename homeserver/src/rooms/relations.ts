import { setImmediate } from 'node:timers/promises'
import type { EventId, JsonObject, RoomId } from '@pons/matrix'
import type { Viewer } from './viewer.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { RoomReader } from './room-reader.ts'
import type { RoomStores } from './rooms.ts'
import { timelineToken } from './timeline-token.ts'
import { END_OF_STREAM } from '../storage/positions.ts'
import type { Related, RelationPage, RelationStore } from '../storage/relation-store.ts'
import { padded } from '../storage/sql-list.ts'

export interface RelationsQuery {
  readonly viewer: Viewer
  readonly roomId: RoomId
  readonly eventId: EventId
  readonly relType: string | undefined
  readonly eventType: string | undefined
  readonly from: number | undefined
  readonly to: number | undefined
  readonly direction: 'forward' | 'backward'
  readonly limit: number
  readonly recurse: boolean
}

interface RelationServices {
  readonly reader: RoomReader
  readonly stores: RoomStores & { readonly relations: RelationStore }
}

const MAX_LIMIT = 100
const MAX_DEPTH = 3
/** Of an event, those that are looked at. */
const MAX_DESCENDANTS = 5000

/** The events that relate to one, with `recurse` also those that relate to them. */
export async function relations(services: RelationServices, query: RelationsQuery): Promise<JsonObject> {
  const { reader, stores } = services
  const { viewer, roomId, direction } = query
  const target = await reader.event(viewer.userId, roomId, query.eventId)
  const relTypeNid = query.relType === undefined ? undefined : await stores.interner.find(query.relType)
  const typeNid = query.eventType === undefined ? undefined : await stores.interner.find(query.eventType)
  // A type that never occurred in the database has no number, and no events either.
  const isUnknown =
    (query.relType !== undefined && relTypeNid === undefined) ||
    (query.eventType !== undefined && typeNid === undefined)
  if (isUnknown) return { chunk: [] }
  const limit = Math.min(query.limit, MAX_LIMIT)
  const isForward = direction === 'forward'
  const bounds = {
    after: isForward ? (query.from ?? 0) : (query.to ?? 0),
    before: isForward ? (query.to ?? END_OF_STREAM) + 1 : (query.from ?? END_OF_STREAM) + 1,
    limit: limit + 1,
    direction,
  } as const
  const wanted = { target: target.nid, relTypeNid, typeNid, ...bounds }
  const ordered = query.recurse ? await descendants(stores.relations, wanted) : await stores.relations.page(wanted)
  const page = ordered.slice(0, limit)
  const events = byOrder(await stores.events.byNids(page), page)
  const visible = await visibleIn(services, roomId, viewer, events)
  const last = page.at(-1)
  return {
    chunk: await reader.present(visible, viewer),
    ...(ordered.length > limit && last !== undefined && { next_batch: timelineToken(isForward ? last : last - 1) }),
    ...(query.from !== undefined && { prev_batch: timelineToken(query.from) }),
    ...(query.recurse && { recursion_depth: MAX_DEPTH }),
  }
}

/** The numbers of those that relate to an event, and of those that relate to them, as `page` gives those of the event alone. */
async function descendants(store: RelationStore, wanted: RelationPage): Promise<number[]> {
  const found: Related[] = []
  let targets = [wanted.target]
  for (let depth = 0; depth < MAX_DEPTH && targets.length > 0; depth++) {
    const level: Related[] = []
    for (const piece of padded(targets)) {
      const left = MAX_DESCENDANTS - found.length - level.length
      if (left > 0) level.push(...(await store.children(piece, left)))
      // Whoever asks for a tree of thousands lets others have their turn.
      await setImmediate()
    }
    found.push(...level)
    targets = level.map(({ event }) => event)
  }
  const { relTypeNid, typeNid, after, before, direction, limit } = wanted
  const fitting = found.filter((one) => {
    if (one.isRedacted || one.event <= after || one.event >= before) return false
    return (relTypeNid ?? one.relTypeNid) === one.relTypeNid && (typeNid ?? one.typeNid) === one.typeNid
  })
  const nids = [...new Set(fitting.map(({ event }) => event))]
  return nids.sort((a, b) => (direction === 'forward' ? a - b : b - a)).slice(0, limit)
}

export interface ThreadsQuery {
  readonly viewer: Viewer
  readonly roomId: RoomId
  readonly onlyParticipated: boolean
  readonly from: number | undefined
  readonly limit: number
}

/** The roots of a room's threads, the one with the newest reply first. */
export async function threads(services: RelationServices, query: ThreadsQuery): Promise<JsonObject> {
  const { reader, stores } = services
  const { room, at } = await reader.access(query.viewer.userId, query.roomId)
  const threadNid = await stores.interner.find('m.thread')
  const senderNid = await stores.interner.find(query.viewer.userId)
  if (threadNid === undefined) return { chunk: [] }
  const limit = Math.min(query.limit, MAX_LIMIT)
  const roots = await stores.relations.threadRoots({
    roomNid: room.nid,
    threadNid,
    before: (query.from ?? END_OF_STREAM) + 1,
    upTo: at?.nid ?? END_OF_STREAM,
    limit: limit + 1,
    participant: query.onlyParticipated ? (senderNid ?? 0) : undefined,
  })
  const page = roots.slice(0, limit)
  const events = byOrder(
    await stores.events.byNids(page.map(({ root }) => root)),
    page.map(({ root }) => root),
  )
  const visible = await reader.wanted(room, query.viewer.userId, events)
  const last = page.at(-1)
  return {
    chunk: await reader.present(visible, query.viewer),
    ...(roots.length > limit && last && { next_batch: timelineToken(last.newest - 1) }),
  }
}

async function visibleIn(
  { reader }: RelationServices,
  roomId: RoomId,
  viewer: Viewer,
  events: readonly RoomEvent[],
): Promise<RoomEvent[]> {
  const { room } = await reader.access(viewer.userId, roomId)
  return reader.wanted(room, viewer.userId, events)
}

function byOrder(events: readonly RoomEvent[], order: readonly number[]): RoomEvent[] {
  const byNid = new Map(events.map((event) => [event.nid, event]))
  return order.map((nid) => byNid.get(nid)).filter((event) => event !== undefined)
}
