import type { EventId, RoomId, RoomVersion } from '@pons/matrix'
import type { RoomRecord } from '../storage/room-store.ts'
import type { CurrentState } from '../state/current-state.ts'

/** A place where the timeline can be continued. */
export interface Extremity {
  readonly nid: number
  readonly eventId: EventId
  readonly depth: number
}

/**
 * An active room. State and ends are changed by the timeline alone, inside a write transaction, so appends of one room are serial;
 * what changes anything else here does it in a transaction of the timeline, too, or has read what it notes.
 */
export class Room {
  readonly nid: number
  readonly roomId: RoomId
  readonly version: RoomVersion
  readonly state: CurrentState
  extremities: readonly Extremity[]
  branch: number
  /** The newest state version of the branch. */
  pos: number
  /** How often its aliases have changed since it was loaded. */
  aliasChanges = 0

  /** True once it is known that the history visibility was set at most once. */
  hasOneHistorySetting = false

  constructor(
    record: RoomRecord,
    state: CurrentState,
    at: { extremities: readonly Extremity[]; branch: number; pos: number },
  ) {
    this.nid = record.nid
    this.roomId = record.roomId
    this.version = record.version
    this.state = state
    this.extremities = at.extremities
    this.branch = at.branch
    this.pos = at.pos
  }

  get lastNid(): number {
    return this.extremities.at(-1)?.nid ?? 0
  }

  /** The content of a state event with an empty key. */
  content(type: string): Record<string, unknown> | undefined {
    return this.state.get(type, '')?.content
  }
}
