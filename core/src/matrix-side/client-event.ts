import type { EventId, JsonObject, RoomId, UserId } from '@pons/matrix'

/** An event as application services receive it (spec: client-server API, "Room event format"). */
export interface ClientEvent {
  readonly event_id: EventId
  readonly room_id: RoomId
  readonly sender: UserId
  readonly type: string
  readonly state_key?: string
  readonly content: JsonObject
  readonly origin_server_ts: number
  readonly redacts?: EventId
  readonly unsigned?: JsonObject
}

/** What a homeserver may push besides events that are kept: typing, receipts. */
export interface EphemeralEvent {
  readonly type: string
  readonly room_id?: RoomId
  readonly content: JsonObject
}

/** True for an object that has what every room event has; homeservers send nothing else, but a stranger may. */
export function isClientEvent(value: unknown): value is ClientEvent {
  if (typeof value !== 'object' || value === null) return false
  const event = value as Partial<Record<keyof ClientEvent, unknown>>
  return (
    typeof event.event_id === 'string' &&
    typeof event.room_id === 'string' &&
    typeof event.sender === 'string' &&
    typeof event.type === 'string' &&
    typeof event.origin_server_ts === 'number' &&
    typeof event.content === 'object' &&
    event.content !== null
  )
}

export function isEphemeralEvent(value: unknown): value is EphemeralEvent {
  if (typeof value !== 'object' || value === null) return false
  const event = value as Partial<Record<keyof EphemeralEvent, unknown>>
  return typeof event.type === 'string' && typeof event.content === 'object' && event.content !== null
}
