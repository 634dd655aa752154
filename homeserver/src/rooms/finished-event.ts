import type { EventId, Pdu, RoomId } from '@pons/matrix'
import type { StateEntry } from '../state/current-state.ts'

/** An event to which nothing is added any more: built here, or come from elsewhere. */
export interface FinishedEvent {
  readonly pdu: Pdu
  readonly eventId: EventId
  readonly roomId: RoomId
  /** 32 bytes. */
  readonly contentHash: Uint8Array
  /** Of its content as JSON. */
  readonly contentBytes: number
  /** The state that it names as what allows it. */
  readonly authEntries: readonly StateEntry[]
}
