import type { JsonObject, RoomId, Clock } from '@pons/matrix'
import type { Database, Transaction } from '@pons/database'
import { isClientEvent, isEphemeralEvent, type ClientEvent, type EphemeralEvent } from './client-event.ts'
import { doublePuppetSource } from './double-puppets.ts'
import { isPersonOfMatrix, type OwnUsers } from './own-users.ts'
import { cleanJson } from '../text/clean-text.ts'

export interface IntakeParts {
  readonly db: Database
  readonly inbox: Inbox
  readonly ownUsers: OwnUsers
  readonly clock: Clock
  readonly step: (name: string) => void
}

interface Inbox {
  /** False where it was stored before. */
  addTransaction(tx: Transaction, txnId: string, nowMs: number): Promise<boolean>
  /** False where it came before. */
  add(tx: Transaction, event: ClientEvent, nowMs: number): Promise<boolean>
}

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
  parts: IntakeParts,
  transaction: { txnId: string; body: JsonObject },
  effects: IntakeEffects,
): Promise<void> {
  const { db, inbox, ownUsers, clock, step } = parts
  const { txnId, body } = transaction
  const events = arrayIn(body, 'events').map(cleanJson).filter(isClientEvent)
  const nowMs = clock.now()
  const rooms = new Set<RoomId>()
  const isNew = await db.transaction(async (tx) => {
    if (!(await inbox.addTransaction(tx, txnId, nowMs))) return false
    for (const event of events) {
      if (isOurOwn(ownUsers, event)) continue
      if (await inbox.add(tx, event, nowMs)) rooms.add(event.room_id)
    }
    return true
  })
  step('bridge:inbox-stored')
  if (!isNew) return
  for (const event of events) if (event.type === 'm.room.member') effects.member(event)
  for (const roomId of rooms) effects.wake(roomId)
  for (const event of ephemeralOf(body)) effects.ephemeral(event)
}

/** Echoes of what the bridge itself did: as its bot, as a ghost, or in a person's name. */
export function isOurOwn(ownUsers: OwnUsers, event: ClientEvent): boolean {
  return event.content[doublePuppetSource] !== undefined || !isPersonOfMatrix(ownUsers, event.sender)
}

function ephemeralOf(body: JsonObject): EphemeralEvent[] {
  const listed = [...arrayIn(body, 'ephemeral'), ...arrayIn(body, 'de.sorunome.msc2409.ephemeral')]
  return listed.map(cleanJson).filter(isEphemeralEvent)
}

function arrayIn(body: JsonObject, key: string): readonly unknown[] {
  const value = body[key]
  return Array.isArray(value) ? value : []
}
