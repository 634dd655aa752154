import type { EventId, JsonObject, RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import { txnIdOf } from './txn-id.ts'

interface StatusOf {
  readonly roomId: RoomId
  readonly eventId: EventId
}

export async function reportSuccess(context: BridgeContext, of: StatusOf): Promise<void> {
  if (context.settings.status_events !== 'all') return
  await sendStatus(context, of, { status: 'SUCCESS' })
}

/** Tells the room that a message did not cross, once, however often the report is repeated. */
export async function reportFailure(context: BridgeContext, of: StatusOf, error: unknown): Promise<void> {
  const isKnown = error instanceof BridgeError
  const message = isKnown ? error.message : 'something went wrong inside the bridge; its log says what'
  await sendStatus(context, of, {
    status: isKnown && !error.isRetryable ? 'FAIL_PERMANENT' : 'FAIL_RETRIABLE',
    reason: isKnown ? error.reason : 'm.event_not_handled',
    error: message,
    message,
  })
  await sendNotice(context, of, `⚠ Your message was not bridged: ${message} (say \`retry\` to try again)`)
}

/** The process died between writing to the network and learning the outcome, and the network cannot be asked. */
export async function reportUncertain(context: BridgeContext, of: StatusOf): Promise<void> {
  const message = 'the bridge was cut off while sending this; it may or may not have arrived'
  await sendStatus(context, of, {
    status: 'PENDING',
    reason: 'm.foreign_network_error',
    is_certain: false,
    error: message,
    message,
  })
  await sendNotice(context, of, `⚠ Uncertain: ${message}.`)
}

async function sendStatus(
  context: BridgeContext,
  { roomId, eventId }: StatusOf,
  status: JsonObject & { status: string },
): Promise<void> {
  if (context.settings.status_events === 'none') return
  const content: JsonObject = {
    network: context.connector.info.id,
    'm.relates_to': { rel_type: 'm.reference', event_id: eventId },
    ...status,
  }
  const txnId = txnIdOf('status', context.connector.info.id, eventId, status.status)
  await context.api.send(roomId, { type: 'com.beeper.message_send_status', txnId, content })
}

async function sendNotice(context: BridgeContext, { roomId, eventId }: StatusOf, body: string): Promise<void> {
  if (!context.settings.failure_notices) return
  const txnId = txnIdOf('notice', context.connector.info.id, eventId, body)
  const content = { msgtype: 'm.notice', body, 'm.relates_to': { 'm.in_reply_to': { event_id: eventId } } }
  await context.api.send(roomId, { type: 'm.room.message', txnId, content })
}
