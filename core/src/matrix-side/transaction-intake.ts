import type { JsonObject, RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { isClientEvent, isEphemeralEvent, type ClientEvent, type EphemeralEvent } from './client-event.ts'
import { doublePuppetSource } from './double-puppets.ts'
import { cleanJson } from '../text/clean-text.ts'

export interface IntakeEffects {
  /** A room has new rows in its inbox. */
  readonly wake: (roomId: RoomId) => void
  /** A member event was seen, bridged or not. */
  readonly member: (event: ClientEvent) => void
  readonly ephemeral: (event: EphemeralEvent) => void
}

/**
 * Takes in one transaction (application service API, "Pushing events"): its events are stored before it may be answered.
 * A transaction that was stored before is answered and otherwise ignored; an event that came before, in whatever
 * transaction, is stored once.
 */
export async function takeIn(
  context: BridgeContext,
  transaction: { txnId: string; body: JsonObject },
  effects: IntakeEffects,
): Promise<void> {
  const { txnId, body } = transaction
  const events = arrayIn(body, 'events').map(cleanJson).filter(isClientEvent)
  const nowMs = context.clock.now()
  const rooms = new Set<RoomId>()
  const isNew = await context.db.transaction(async (tx) => {
    if (!(await context.inbox.addTransaction(tx, txnId, nowMs))) return false
    for (const event of events) {
      if (isOurOwn(context, event)) continue
      if (await context.inbox.add(tx, event, nowMs)) rooms.add(event.room_id)
    }
    return true
  })
  context.step('bridge:inbox-stored')
  if (!isNew) return
  for (const event of events) if (event.type === 'm.room.member') effects.member(event)
  for (const roomId of rooms) effects.wake(roomId)
  for (const event of ephemeralOf(body)) effects.ephemeral(event)
}

/** Echoes of what the bridge itself did: as its bot, as a ghost, or in a person's name. */
export function isOurOwn(context: BridgeContext, event: ClientEvent): boolean {
  if (event.sender === context.botUserId) return true
  if (event.content[doublePuppetSource] !== undefined) return true
  return context.ghosts.isGhost(event.sender)
}

function ephemeralOf(body: JsonObject): EphemeralEvent[] {
  const listed = [...arrayIn(body, 'ephemeral'), ...arrayIn(body, 'de.sorunome.msc2409.ephemeral')]
  return listed.map(cleanJson).filter(isEphemeralEvent)
}

function arrayIn(body: JsonObject, key: string): readonly unknown[] {
  const value = body[key]
  return Array.isArray(value) ? value : []
}
