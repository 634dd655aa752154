import type { Transaction } from '@pons/database'
import type { EventId } from '@pons/matrix'
import type { Ghosts } from '../ghost/ghosts.ts'
import { doublePuppetSource, type DoublePuppets } from '../matrix-side/double-puppets.ts'
import type { Acting, MatrixApi } from '../matrix-side/matrix-api.ts'
import { isRefusal } from '../matrix-side/refusal.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { DisappearingRecord } from '../storage/disappearing-store.ts'
import type { MessageStore } from '../storage/message-store.ts'

export interface TakeAwayParts {
  readonly api: MatrixApi
  readonly connector: NetworkConnector
  readonly ghosts: Ghosts
  readonly puppets: DoublePuppets
  readonly step: (name: string) => void
}

/** Redacts an event, and what it was edited to: each edit says the whole of it again. */
export async function takeAway(parts: TakeAwayParts, record: DisappearingRecord): Promise<void> {
  const { roomId, eventId } = record
  // A homeserver that lists no relations must not keep the message for it.
  const edits = await parts.api.editsOf(roomId, eventId).catch((error: unknown) => {
    if (isRefusal(error)) return []
    throw error
  })
  for (const each of [...edits, eventId]) await redact(parts, record, each)
  parts.step('bridge:disappeared')
}

export interface NoteGoneParts {
  readonly messages: MessageStore
  readonly outbox: { forgetActions(tx: Transaction, eventId: EventId): Promise<void> }
}

/** Nothing of it is left here either: neither for a quote, nor among what was sent. */
export async function noteGone(
  { messages, outbox }: NoteGoneParts,
  tx: Transaction,
  { eventId }: DisappearingRecord,
): Promise<void> {
  await messages.markRedacted(tx, eventId)
  await messages.setBody(tx, eventId, '')
  await outbox.forgetActions(tx, eventId)
}

/** By the bot; where that may not, as whoever sent it, if we may act for them. */
async function redact(parts: TakeAwayParts, { roomId, sender }: DisappearingRecord, eventId: EventId): Promise<void> {
  const target = { eventId, reason: 'disappeared', txnId: txnIdOf('disappear', parts.connector.info.id, eventId) }
  try {
    await parts.api.redact(roomId, target)
  } catch (error) {
    const acting = isRefusal(error) ? await actingAs(parts, sender) : undefined
    if (acting === undefined) throw error
    const mark = acting.token === undefined ? {} : { [doublePuppetSource]: parts.connector.info.id }
    await parts.api.redact(roomId, { ...target, mark }, acting)
  }
}

async function actingAs(
  { ghosts, puppets }: TakeAwayParts,
  userId: DisappearingRecord['sender'],
): Promise<Acting | undefined> {
  if (ghosts.isGhost(userId)) return { actAs: userId }
  const token = await puppets.tokenFor(userId)
  return token === undefined ? undefined : { actAs: userId, token }
}
