import { MatrixError, type RoomId } from '@pons/matrix'
import type { RoomEvent } from '../event/room-event.ts'
import type { Draft } from './draft.ts'
import type { Timeline } from './timeline.ts'

export interface AppendedInOrder {
  /** Of the drafts up to the one that was refused; all of them are durable. */
  readonly events: readonly RoomEvent[]
  /** Why the next draft was refused; it and those behind it are not stored. */
  readonly refusal?: MatrixError
}

/** Appends the drafts one behind the other in one commit; where the room's rules refuse one, those before it stay. */
export async function appendInOrder(
  timeline: Timeline,
  roomId: RoomId,
  drafts: readonly Draft[],
): Promise<AppendedInOrder> {
  return await timeline.write(async (writer) => {
    const room = await writer.room(roomId)
    const events: RoomEvent[] = []
    for (const draft of drafts) {
      try {
        events.push(await writer.append(room, draft))
      } catch (error) {
        // A refusal comes before anything of the draft is written. What else fails undoes the whole transaction.
        if (error instanceof MatrixError) return { events, refusal: error }
        throw error
      }
    }
    return { events }
  })
}
