import { authorize, authStateKeys, type Crypto, type JsonObject, type UserId } from '@pons/matrix'
import type { StateEntry } from '../state/current-state.ts'
import type { Draft } from './draft.ts'
import type { Room } from './room.ts'

/**
 * Whether the room's rules allow what somebody wants to say, at the end of the room.
 * @returns the state that allows it, for the event to name
 * @throws MatrixError M_FORBIDDEN
 */
export function authoriseDraft(room: Room, draft: Draft, verify: Crypto['verify']): StateEntry[] {
  const { version, state } = room
  const selecting = withStateKey(draft)
  const prevEvents = room.extremities.map((end) => end.eventId)
  const claimed = {
    ...selecting,
    room_id: room.roomId,
    prev_events: prevEvents,
    ...(draft.redacts !== undefined && { redacts: draft.redacts }),
  }
  authorize(claimed as Parameters<typeof authorize>[0], version, state, verify)
  return authStateKeys(selecting, version)
    .map(([type, key]) => state.get(type, key))
    .filter((entry) => entry !== undefined)
}

function withStateKey(draft: Draft): { type: string; sender: UserId; content: JsonObject; state_key?: string } {
  const { type, sender, content, stateKey } = draft
  return stateKey === undefined ? { type, sender, content } : { type, sender, content, state_key: stateKey }
}
