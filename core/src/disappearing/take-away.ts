import type { Transaction } from '@pons/database'
import type { EventId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { doublePuppetSource } from '../matrix-side/double-puppets.ts'
import type { Acting } from '../matrix-side/matrix-api.ts'
import { isRefusal } from '../matrix-side/refusal.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { DisappearingRecord } from '../store/disappearing-store.ts'

/** Redacts an event, and what it was edited to: each edit says the whole of it again. */
export async function takeAway(context: BridgeContext, record: DisappearingRecord): Promise<void> {
  const { roomId, eventId } = record
  // A homeserver that lists no relations must not keep the message for it.
  const edits = await context.api.editsOf(roomId, eventId).catch((error: unknown) => {
    if (isRefusal(error)) return []
    throw error
  })
  for (const each of [...edits, eventId]) await redact(context, record, each)
  context.step('bridge:disappeared')
}

/** Nothing of it is left here either: neither for a quote, nor among what was sent. */
export async function noteGone(
  context: BridgeContext,
  tx: Transaction,
  { eventId }: DisappearingRecord,
): Promise<void> {
  await context.messages.markRedacted(tx, eventId)
  await context.messages.setBody(tx, eventId, '')
  await context.outbox.forgetActions(tx, eventId)
}

/** By the bot; where that may not, as whoever sent it, if we may act for them. */
async function redact(context: BridgeContext, { roomId, sender }: DisappearingRecord, eventId: EventId): Promise<void> {
  const target = { eventId, reason: 'disappeared', txnId: txnIdOf('disappear', context.connector.info.id, eventId) }
  try {
    await context.api.redact(roomId, target)
  } catch (error) {
    const acting = isRefusal(error) ? await actingAs(context, sender) : undefined
    if (acting === undefined) throw error
    const mark = acting.token === undefined ? {} : { [doublePuppetSource]: context.connector.info.id }
    await context.api.redact(roomId, { ...target, mark }, acting)
  }
}

async function actingAs(
  { ghosts, puppets }: BridgeContext,
  userId: DisappearingRecord['sender'],
): Promise<Acting | undefined> {
  if (ghosts.isGhost(userId)) return { actAs: userId }
  const token = await puppets.tokenFor(userId)
  return token === undefined ? undefined : { actAs: userId, token }
}
