import type { JsonObject } from '@pons/matrix'
import { redactedBy } from './redaction.ts'
import type { RoomEvent } from '../event/room-event.ts'

/** The event as clients and application services get it, without `unsigned`. */
export function clientEvent(event: RoomEvent): JsonObject {
  const { type, roomId, sender, eventId, originServerTs, stateKey, content } = event
  // Redactions name their target in both places, for clients that know only one of them.
  const target = type === 'm.room.redaction' ? redactedBy(event) : undefined
  return {
    type,
    room_id: roomId,
    sender,
    event_id: eventId,
    origin_server_ts: originServerTs,
    ...(stateKey !== undefined && { state_key: stateKey }),
    ...(target !== undefined && { redacts: target }),
    content: target === undefined || content['redacts'] !== undefined ? content : { ...content, redacts: target },
  }
}

/** What people who are not in the room may see of its state. */
export function strippedEvent(event: Pick<RoomEvent, 'type' | 'sender' | 'stateKey' | 'content'>): JsonObject {
  const { type, sender, stateKey, content } = event
  return { type, sender, state_key: stateKey ?? '', content }
}
