import type { EventId, JsonObject, RoomId, UserId } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { BridgeSettings } from '../settings.ts'
import type { TellRoom } from './tell-room.ts'
import { txnIdOf } from './txn-id.ts'

export interface StatusParts {
  readonly connector: NetworkConnector
  readonly settings: BridgeSettings
  readonly tellRoom: TellRoom
}

/** Knows which people were told that their event waits. */
export interface Told {
  /** True once for such an event. */
  takeTold(eventId: EventId): boolean
}

/** The event of a person whose fate is told. Every word goes out once, however often the report is repeated. */
interface StatusOf {
  readonly roomId: RoomId
  readonly eventId: EventId
  /** Who is told elsewhere where the room does not take it. */
  readonly sender?: UserId
}

export async function reportSuccess(parts: StatusParts & { readonly stalls: Told }, of: StatusOf): Promise<void> {
  const hadToWait = parts.stalls.takeTold(of.eventId)
  if (parts.settings.status_events !== 'all' && !hadToWait) return
  await sendStatus(parts, of, { status: 'SUCCESS' })
}

/** Tells the room that a message did not cross, wholly or in part, or that nobody knows. */
export async function reportFailure(parts: StatusParts, of: StatusOf, error: unknown, isBegun = false): Promise<void> {
  const isKnown = error instanceof BridgeError
  const message = isKnown ? error.message : 'something went wrong inside the bridge; its log says what'
  const again = 'say `retry`'
  if (isKnown && !error.isCertain) {
    await sendStatus(parts, of, uncertainStatus(message))
    return await sendNotice(parts, of, `⚠ Uncertain: ${message} (${again} to look again)`)
  }
  await sendStatus(parts, of, {
    status: isKnown && !error.isRetryable ? 'FAIL_PERMANENT' : 'FAIL_RETRIABLE',
    reason: isKnown ? error.reason : 'm.event_not_handled',
    error: message,
    message,
  })
  const what = isBegun ? 'Only the beginning of your message was bridged' : 'Your message was not bridged'
  const hint = isKnown && error.isHopeless ? '' : ` (${again} to try again)`
  await sendNotice(parts, of, `⚠ ${what}: ${message}${hint}`)
}

/** The process died between writing to the network and learning the outcome, and the network cannot be asked. */
export async function reportUncertain(parts: StatusParts, of: StatusOf): Promise<void> {
  const message = 'the bridge was cut off while sending this; it may or may not have arrived'
  await sendStatus(parts, of, uncertainStatus(message))
  await sendNotice(parts, of, `⚠ Uncertain: ${message}.`)
}

/** The network takes its time; the message is kept, and keeps its place. */
export async function reportWaiting(parts: StatusParts, of: StatusOf): Promise<void> {
  const { displayName } = parts.connector.info
  const message = `${displayName} has not answered yet; the message is kept and waits, and so does what comes after it`
  await sendStatus(parts, of, { status: 'PENDING', reason: 'm.foreign_network_error', message })
  await sendNotice(parts, of, `⏳ ${message}.`)
}

function uncertainStatus(message: string): JsonObject & { status: string } {
  return { status: 'PENDING', reason: 'm.foreign_network_error', is_certain: false, error: message, message }
}

async function sendStatus(
  parts: StatusParts,
  { roomId, eventId }: StatusOf,
  status: JsonObject & { status: string },
): Promise<void> {
  if (parts.settings.status_events === 'none') return
  const content: JsonObject = {
    network: parts.connector.info.id,
    'm.relates_to': { rel_type: 'm.reference', event_id: eventId },
    ...status,
  }
  // Uncertainty is another word than waiting, though both are pending.
  const certainty = status['is_certain'] === false ? ['uncertain'] : []
  const txnId = txnIdOf('status', parts.connector.info.id, eventId, status.status, ...certainty)
  await parts.tellRoom(roomId, { type: 'com.beeper.message_send_status', txnId, content })
}

async function sendNotice(parts: StatusParts, { roomId, eventId, sender }: StatusOf, body: string): Promise<void> {
  if (!parts.settings.failure_notices) return
  const txnId = txnIdOf('notice', parts.connector.info.id, eventId, body)
  const content = { msgtype: 'm.notice', body, 'm.relates_to': { 'm.in_reply_to': { event_id: eventId } } }
  await parts.tellRoom(roomId, { type: 'm.room.message', txnId, content }, sender)
}
