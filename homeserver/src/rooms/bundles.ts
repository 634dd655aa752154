import type { JsonObject, RoomId } from '@pons/matrix'
import type { RelationStore } from '../storage/relation-store.ts'
import { clientEvent } from './client-event.ts'
import type { Sight, Viewer } from './viewer.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { RoomStores } from './rooms.ts'

type BundleStores = Pick<RoomStores, 'events' | 'interner'> & { readonly relations: RelationStore }

const BUNDLED = new Set(['m.replace', 'm.thread', 'm.reference'])

/**
 * What stands under `m.relations` of each event, by its number: as far as the viewer may see the events that relate to it.
 * https://spec.matrix.org/v1.19/client-server-api/#aggregations-of-child-events
 */
export async function bundlesOf(
  stores: BundleStores,
  events: readonly RoomEvent[],
  { viewer, sight }: { readonly viewer: Viewer; readonly sight: Sight },
): Promise<Map<number, JsonObject>> {
  const byRoom = new Map<RoomId, RoomEvent[]>()
  for (const event of events) {
    if (event.stateKey !== undefined || event.redactedBy !== undefined) continue
    const ofRoom = byRoom.get(event.roomId)
    if (ofRoom) ofRoom.push(event)
    else byRoom.set(event.roomId, [event])
  }
  const result = new Map<number, JsonObject>()
  for (const [roomId, targets] of byRoom) await addOfRoom(stores, { roomId, targets, viewer, sight }, result)
  return result
}

async function addOfRoom(
  stores: BundleStores,
  of: { roomId: RoomId; targets: readonly RoomEvent[]; viewer: Viewer; sight: Sight },
  into: Map<number, JsonObject>,
): Promise<void> {
  const { roomId, targets, viewer, sight } = of
  const nids = targets.map(({ nid }) => nid)
  if (!(await stores.relations.hasAny(nids))) return
  const bounds = { upTo: await sight.endOf(roomId), ignored: await sight.ignored() }
  const summaries = (await stores.relations.summaries(nids, bounds)).filter(({ relType }) => BUNDLED.has(relType))
  if (summaries.length === 0) return
  const found = await stores.events.byNids(summaries.map((summary) => summary.newest))
  const newest = new Map((await sight.visible(found)).map((event) => [event.nid, event]))
  const threads = summaries.filter(({ relType }) => relType === 'm.thread').map(({ target }) => target)
  const joined = threads.length > 0 ? await participated(stores, threads, viewer) : new Set<number>()
  for (const { target, relType, count, newest: newestNid } of summaries) {
    const event = newest.get(newestNid)
    if (!event) continue
    const bundle = into.get(target) ?? {}
    into.set(target, bundle)
    if (relType === 'm.replace') bundle['m.replace'] = clientEvent(event)
    else if (relType === 'm.reference') bundle['m.reference'] = { chunk: [{ event_id: event.eventId }] }
    else {
      bundle['m.thread'] = {
        latest_event: clientEvent(event),
        count,
        current_user_participated:
          joined.has(target) || targets.some((e) => e.nid === target && e.sender === viewer.userId),
      }
    }
  }
}

async function participated(
  { interner, relations }: BundleStores,
  roots: readonly number[],
  { userId }: Viewer,
): Promise<Set<number>> {
  const thread = await interner.find('m.thread')
  const sender = await interner.find(userId)
  if (thread === undefined || sender === undefined) return new Set()
  return relations.participated(roots, thread, sender)
}
