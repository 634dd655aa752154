import { buildEvent, type RoomId, type RoomVersion, type ServerName, type Clock } from '@pons/matrix'
import type { ServerIdentity } from '../crypto/server-key.ts'
import type { StateEntry } from '../state/current-state.ts'
import type { Draft } from './draft.ts'
import type { FinishedEvent } from './finished-event.ts'
import type { Extremity } from './room.ts'

/** Who makes it, and by which time. */
export interface Maker {
  readonly identity: ServerIdentity
  readonly serverName: ServerName
  readonly clock: Clock
}

export interface Place {
  readonly version: RoomVersion
  /** Undefined for a create event that names its room by its own hash. */
  readonly roomId: RoomId | undefined
  /** What it follows. */
  readonly ends: readonly Extremity[]
  readonly authEntries: readonly StateEntry[]
}

/** Makes an event of what somebody says: at its place, with its time and its hashes. Nothing is stored. */
export function buildDraft(
  draft: Draft,
  { version, roomId, ends, authEntries }: Place,
  { identity, serverName, clock }: Maker,
  contentBytes: number,
): FinishedEvent {
  const built = buildEvent({
    version,
    draft: {
      type: draft.type,
      sender: draft.sender,
      content: draft.content,
      origin_server_ts: draft.originServerTs ?? clock.now(),
      ...(roomId !== undefined && { room_id: roomId }),
      ...(draft.stateKey !== undefined && { state_key: draft.stateKey }),
      ...(draft.redacts !== undefined && { redacts: draft.redacts }),
    },
    prevEvents: ends.map((end) => end.eventId),
    authEvents: authEntries.map((entry) => entry.event_id),
    depth: 1 + ends.reduce((depth, end) => Math.max(depth, end.depth), 0),
    crypto: identity.crypto,
    keyId: identity.keyId,
    origin: serverName,
  })
  const { pdu, eventId, contentHash } = built
  return { pdu, eventId, roomId: built.roomId, contentHash, contentBytes, authEntries }
}
