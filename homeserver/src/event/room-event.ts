import type { EventId, JsonObject, RoomId, UserId } from '@pons/matrix'

/** An accepted event as the server works with it: the wire's parts, and its place in stream, timeline and state. */
export interface RoomEvent {
  /** Position in the stream of all events. */
  readonly nid: number
  readonly roomNid: number
  readonly roomId: RoomId
  readonly eventId: EventId
  readonly type: string
  readonly sender: UserId
  readonly stateKey: string | undefined
  readonly content: JsonObject
  /** Of the content as JSON, before a redaction that came since it was read. */
  readonly contentBytes: number
  /** Milliseconds since 1970. */
  readonly originServerTs: number
  /** Before room version 11 only; after, it is in the content. */
  readonly redacts: EventId | undefined
  readonly depth: number
  readonly branch: number
  /** The state version at the event; for a state event the one it made. */
  readonly pos: number
  /** The event whose place in the state this one took. */
  readonly replaces: number | undefined
  readonly redactedBy: number | undefined
}

export type Membership = 'leave' | 'invite' | 'join' | 'knock' | 'ban'

export function membershipOf(content: JsonObject): Membership | undefined {
  const { membership } = content as { membership?: unknown }
  switch (membership) {
    case 'leave':
    case 'invite':
    case 'join':
    case 'knock':
    case 'ban':
      return membership
    default:
      return undefined
  }
}
