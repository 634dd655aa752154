import type { Transaction } from '@pons/database'
import type { JsonObject, Pdu } from '@pons/matrix'
import { relationOf } from '../event/relation.ts'
import { membershipOf, type RoomEvent } from '../event/room-event.ts'
import type { NewEvent, TxnKey } from '../storage/event-store.ts'
import type { RelationStore } from '../storage/relation-store.ts'
import type { FinishedEvent } from './finished-event.ts'
import { applyRedaction } from './redaction.ts'
import type { Room } from './room.ts'
import type { RoomStores } from './rooms.ts'

export type TimelineStores = RoomStores & { readonly relations: RelationStore }

/**
 * Writes an event that follows the ends of its room: itself, its place in the state, what it relates to. The room in memory
 * goes on only after every statement went well.
 * @param nid its place in the stream of all events
 * @param txn the transaction id that its sender gave
 */
export async function storeEvent(
  tx: Transaction,
  stores: TimelineStores,
  { room, nid, finished, txn }: { room: Room; nid: number; finished: FinishedEvent; txn: TxnKey | undefined },
): Promise<RoomEvent> {
  const row = await rowOf(tx, stores, { room, nid, finished })
  stores.events.insert(tx, row)
  if (txn) stores.events.insertTxn(tx, txn, row)
  const event = roomEvent(room, finished, row)
  if (row.stateKeyNid !== undefined) storeState(tx, stores, { room, event, row })
  const relation = relationOf(event.content)
  if (relation) await stores.relations.insert(tx, { room, event, relation, interner: stores.interner })
  if (event.type === 'm.room.redaction') await applyRedaction(tx, { room, event, stores })
  advance(room, event, row)
  return event
}

async function rowOf(
  tx: Transaction,
  { interner }: TimelineStores,
  { room, nid, finished }: { room: Room; nid: number; finished: FinishedEvent },
): Promise<NewEvent> {
  const { pdu, eventId, contentHash, authEntries } = finished
  const isState = pdu.state_key !== undefined
  const replaced = isState ? room.state.get(pdu.type, pdu.state_key) : undefined
  return {
    nid,
    roomNid: room.nid,
    eventId,
    typeNid: await interner.intern(tx, pdu.type),
    senderNid: await interner.intern(tx, pdu.sender),
    stateKeyNid: isState ? await interner.intern(tx, pdu.state_key) : undefined,
    slot: isState ? (replaced?.slot ?? room.state.slotCount) : undefined,
    branch: room.branch,
    pos: isState ? room.pos + 1 : room.pos,
    replaces: replaced?.nid,
    depth: pdu.depth,
    originServerTs: pdu.origin_server_ts,
    content: pdu.content,
    extra: extraOf(pdu),
    prev: room.extremities.map((end) => end.nid),
    auth: authEntries.map((entry) => entry.nid),
    seal: contentHash,
  }
}

function storeState(
  tx: Transaction,
  { states, memberships }: TimelineStores,
  { room, event, row }: { room: Room; event: RoomEvent; row: NewEvent },
): void {
  const { stateKeyNid: keyNid, slot } = row
  if (keyNid === undefined || slot === undefined) return
  if (row.replaces === undefined) states.insertSlot(tx, { roomNid: room.nid, typeNid: row.typeNid, keyNid, slot })
  const membership = event.type === 'm.room.member' ? membershipOf(event.content) : undefined
  if (membership) memberships.set(tx, { userNid: keyNid, roomNid: room.nid, membership, eventNid: event.nid })
}

function advance(room: Room, event: RoomEvent, row: NewEvent): void {
  room.extremities = [{ nid: event.nid, eventId: event.eventId, depth: event.depth }]
  if (event.stateKey === undefined || row.slot === undefined) return
  room.pos = row.pos
  if (event.type === 'm.room.history_visibility') room.hasOneHistorySetting = false
  room.state.set({
    nid: event.nid,
    slot: row.slot,
    type: event.type,
    state_key: event.stateKey,
    sender: event.sender,
    content: event.content,
    bytes: event.contentBytes,
    event_id: event.eventId,
    room_id: room.roomId,
  })
}

function extraOf(pdu: Pdu): JsonObject | undefined {
  return pdu.redacts === undefined ? undefined : { redacts: pdu.redacts }
}

function roomEvent(room: Room, { pdu, eventId, contentBytes }: FinishedEvent, row: NewEvent): RoomEvent {
  return {
    nid: row.nid,
    roomNid: room.nid,
    roomId: room.roomId,
    eventId,
    type: pdu.type,
    sender: pdu.sender,
    stateKey: pdu.state_key,
    content: pdu.content,
    contentBytes,
    originServerTs: pdu.origin_server_ts,
    redacts: pdu.redacts,
    depth: pdu.depth,
    branch: row.branch,
    pos: row.pos,
    replaces: row.replaces,
    redactedBy: undefined,
  }
}
