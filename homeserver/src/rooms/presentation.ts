import type { JsonObject, Clock } from '@pons/matrix'
import type { RelationStore } from '../storage/relation-store.ts'
import { bundlesOf } from './bundles.ts'
import { clientEvent } from './client-event.ts'
import { presentEvent } from './present-event.ts'
import { redactedBy } from './redaction.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { RoomStores } from './rooms.ts'
import type { Sight, Viewer } from './viewer.ts'

type PresentationStores = Pick<RoomStores, 'events' | 'interner'> & { readonly relations: RelationStore }

/** Events as one client gets them, with `unsigned`: looked up for all of them at once. */
export async function presentEvents(
  { stores, clock }: { readonly stores: PresentationStores; readonly clock: Clock },
  events: readonly RoomEvent[],
  { viewer, sight }: { readonly viewer: Viewer; readonly sight: Sight },
): Promise<JsonObject[]> {
  if (events.length === 0) return []
  const referred = await stores.events.byNids(
    events.flatMap(({ replaces, redactedBy: nid }) => [replaces, nid].filter((of) => of !== undefined)),
  )
  const byNid = new Map(referred.map((event) => [event.nid, event]))
  const redactions = events.flatMap(({ redactedBy: nid }) => (nid === undefined ? [] : (byNid.get(nid) ?? [])))
  const seen = new Set(redactions.length === 0 ? [] : await sight.visible(redactions))
  const txnIds = await txnIdsOf(stores, events, viewer)
  const relations = await bundlesOf(stores, events, { viewer, sight })
  const nowMs = clock.now()
  return events.map((event) => {
    const replaced = event.replaces === undefined ? undefined : byNid.get(event.replaces)
    const more: JsonObject = {}
    const redaction = event.redactedBy === undefined ? undefined : byNid.get(event.redactedBy)
    if (redaction) more['redacted_because'] = clientEvent(seen.has(redaction) ? redaction : withoutWords(redaction))
    const txnId = txnIds.get(event.nid)
    if (txnId !== undefined) more['transaction_id'] = txnId
    const bundle = relations.get(event.nid)
    if (bundle) more['m.relations'] = bundle
    return presentEvent(event, { nowMs, replaced, more })
  })
}

/** That it was taken back shows; why, only to who may see the redaction. */
function withoutWords(redaction: RoomEvent): RoomEvent {
  const redacts = redactedBy(redaction)
  return { ...redaction, content: redacts === undefined ? {} : { redacts } }
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
