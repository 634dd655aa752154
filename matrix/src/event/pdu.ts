import type { EventId, RoomId, ServerName, UserId } from '../ids.ts'
import type { JsonObject } from '../json-value.ts'
import type { Signatures } from '../signing.ts'

/** An entry of `prev_events` or `auth_events`: a bare id since room version 3, id and reference hash before. */
export type EventReference = EventId | readonly [EventId, { readonly sha256?: string }]

/** An event as servers exchange it, under its wire names. */
export interface Pdu {
  readonly auth_events: readonly EventReference[]
  readonly content: JsonObject
  readonly depth: number
  /** Room versions 1 and 2 only; later ids are hashes and never part of the event. */
  readonly event_id?: EventId
  readonly hashes: { readonly sha256: string }
  readonly origin?: ServerName
  readonly origin_server_ts: number
  readonly prev_events: readonly EventReference[]
  /** Before room version 11; from then on it is `content.redacts`. */
  readonly redacts?: EventId
  /** Absent only on the create event of room version 12 and later. */
  readonly room_id?: RoomId
  readonly sender: UserId
  readonly signatures: Signatures
  readonly state_key?: string
  readonly type: string
  readonly unsigned?: JsonObject
}

/** What a sender decides about an event; the rest is the room's and the server's. */
export interface EventDraft {
  readonly type: string
  readonly sender: UserId
  /** Left out for the create event of room version 12 and later, and ignored there. */
  readonly room_id?: RoomId
  readonly content: JsonObject
  readonly state_key?: string
  /** The event to redact; put where the room version wants it. */
  readonly redacts?: EventId
  /** Milliseconds since 1970. */
  readonly origin_server_ts: number
  readonly unsigned?: JsonObject
}

/** The part of an event that authorisation reads; a Pdu is one, a client event is one. */
export interface AuthEvent {
  readonly type: string
  readonly state_key?: string
  readonly sender: UserId
  readonly content: JsonObject
  readonly room_id?: RoomId
  /** Needed on `m.room.create` in room versions 3 to 11: the creator's first join is known by its previous event. */
  readonly event_id?: EventId
}

/** Room state as authorisation sees it; `get` must be a plain look-up. */
export interface AuthState {
  get(type: string, stateKey: string): AuthEvent | undefined
}

export function referencedId(reference: EventReference): EventId {
  return typeof reference === 'string' ? reference : (reference[0] as EventId)
}

export function prevEventIds(pdu: Pick<Pdu, 'prev_events'>): EventId[] {
  return pdu.prev_events.map(referencedId)
}

export function authEventIds(pdu: Pick<Pdu, 'auth_events'>): EventId[] {
  return pdu.auth_events.map(referencedId)
}
