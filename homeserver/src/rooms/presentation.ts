import type { JsonObject, UserId } from '@pons/matrix'
import type { Clock } from '../clock.ts'
import type { RelationStore } from '../storage/relation-store.ts'
import { clientEvent } from './client-event.ts'
import type { RoomEvent } from './room-event.ts'
import type { RoomStores } from './rooms.ts'

export interface Viewer {
  readonly userId: UserId
  readonly deviceId: string | undefined
}

type PresentationStores = Pick<RoomStores, 'events' | 'interner'> & { readonly relations: RelationStore }

const BUNDLED = new Set(['m.replace', 'm.thread', 'm.reference'])

/** Events as one client gets them, with `unsigned`: looked up for all of them at once. */
export async function presentEvents(
  stores: PresentationStores,
  clock: Clock,
  events: readonly RoomEvent[],
  viewer: Viewer,
): Promise<JsonObject[]> {
  if (events.length === 0) return []
  const referred = await stores.events.byNids(
    events.flatMap(({ replaces, redactedBy }) => [replaces, redactedBy].filter((nid) => nid !== undefined)),
  )
  const byNid = new Map(referred.map((event) => [event.nid, event]))
  const txnIds = await txnIdsOf(stores, events, viewer)
  const relations = await bundles(stores, events, viewer)
  const now = clock.now()
  return events.map((event) => {
    const unsigned: JsonObject = { age: Math.max(0, now - event.originServerTs) }
    const replaced = event.replaces === undefined ? undefined : byNid.get(event.replaces)
    if (replaced) {
      unsigned['prev_content'] = replaced.content
      unsigned['replaces_state'] = replaced.eventId
      unsigned['prev_sender'] = replaced.sender
    }
    const redaction = event.redactedBy === undefined ? undefined : byNid.get(event.redactedBy)
    if (redaction) unsigned['redacted_because'] = clientEvent(redaction)
    const txnId = txnIds.get(event.nid)
    if (txnId !== undefined) unsigned['transaction_id'] = txnId
    const bundle = relations.get(event.nid)
    if (bundle) unsigned['m.relations'] = bundle
    return { ...clientEvent(event), unsigned }
  })
}

async function txnIdsOf(
  { events: store, interner }: PresentationStores,
  events: readonly RoomEvent[],
  { userId, deviceId }: Viewer,
): Promise<Map<number, string>> {
  const own = events.filter(({ sender }) => sender === userId).map(({ nid }) => nid)
  if (own.length === 0 || deviceId === undefined) return new Map()
  const senderNid = await interner.find(userId)
  if (senderNid === undefined) return new Map()
  const stored = await store.txnIdsOf(own, senderNid, deviceId)
  // Stored with the kind of endpoint in front, which has a scope of its own.
  return new Map([...stored].map(([nid, text]) => [nid, text.slice(text.indexOf('/') + 1)]))
}

/** https://spec.matrix.org/latest/client-server-api/#aggregations-of-child-events */
async function bundles(
  stores: PresentationStores,
  events: readonly RoomEvent[],
  viewer: Viewer,
): Promise<Map<number, JsonObject>> {
  const targets = events.filter(({ stateKey, redactedBy }) => stateKey === undefined && redactedBy === undefined)
  if (targets.length === 0) return new Map()
  const summaries = (await stores.relations.summaries(targets.map(({ nid }) => nid))).filter(({ relType }) =>
    BUNDLED.has(relType),
  )
  if (summaries.length === 0) return new Map()
  const newest = new Map(
    (await stores.events.byNids(summaries.map((summary) => summary.newest))).map((e) => [e.nid, e]),
  )
  const threads = summaries.filter(({ relType }) => relType === 'm.thread').map(({ target }) => target)
  const joined = threads.length > 0 ? await participated(stores, threads, viewer) : new Set<number>()
  const result = new Map<number, JsonObject>()
  for (const { target, relType, count, newest: newestNid } of summaries) {
    const event = newest.get(newestNid)
    if (!event) continue
    const bundle = result.get(target) ?? {}
    result.set(target, bundle)
    if (relType === 'm.replace') bundle['m.replace'] = clientEvent(event)
    else if (relType === 'm.reference') bundle['m.reference'] = { chunk: [{ event_id: event.eventId }] }
    else {
      bundle['m.thread'] = {
        latest_event: clientEvent(event),
        count,
        current_user_participated:
          joined.has(target) || events.some((e) => e.nid === target && e.sender === viewer.userId),
      }
    }
  }
  return result
}

async function participated(
  { interner, relations }: PresentationStores,
  roots: readonly number[],
  { userId }: Viewer,
): Promise<Set<number>> {
  const thread = await interner.find('m.thread')
  const sender = await interner.find(userId)
  if (thread === undefined || sender === undefined) return new Set()
  return relations.participated(roots, thread, sender)
}
