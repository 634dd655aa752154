import type { RoomId, UserId } from '@pons/matrix'
import type { RoomEvent } from '../event/room-event.ts'

export interface Viewer {
  readonly userId: UserId
  readonly deviceId: string | undefined
}

/** What the viewer may see beside the events themselves: those that came later and speak of them. */
export interface Sight {
  /** The position of the last event of the room that they may see. */
  endOf(roomId: RoomId): Promise<number>
  visible(events: readonly RoomEvent[]): Promise<readonly RoomEvent[]>
  ignored(): Promise<ReadonlySet<string>>
}
