import type { JsonObject, RoomAlias, UserId } from '@pons/matrix'
import type { ChatSnapshot } from '../network/chat.ts'

/** What a portal's room was last made to show: the base a snapshot is compared with. */
export type AppliedInfo = Partial<
  Pick<ChatSnapshot, 'name' | 'topic' | 'sendLevel' | 'topicLevel' | 'joinRule' | 'isListed' | 'disappearAfterMs'>
> & {
  readonly avatarId?: string
  /** The form of the room itself: lower where an earlier version made it. */
  readonly form?: number
  /** Aliases that people wrote and the room was given besides its own, the oldest first. */
  readonly spellings?: readonly RoomAlias[]
  /** Whose direct chat it was noted to be. Who takes it out of theirs does not find it there again. */
  readonly directFor?: UserId
  /** Levels that people of Matrix have by their ranks on the network, above the `floor` that they have without. */
  readonly ranks?: readonly { readonly userId: UserId; readonly level: number; readonly floor: number }[]
  /** There where the chat is not open to everybody, and its room was. */
  readonly door?: DoorRecord
}

export interface DoorRecord {
  /**
   * `cut-off`: the room is open, so nothing crosses. `closed`: the bridge has closed the room, which is somebody else's.
   * `lifted`: what was cut off crosses again, and the room is to be told.
   */
  readonly state: 'cut-off' | 'closed' | 'lifted'
  /** Makes the transaction id of what is said of it. */
  readonly sinceMs: number
  readonly isTold: boolean
  /** Content of the states that the bridge took the place of, by event type. */
  readonly before: Readonly<Record<string, JsonObject>>
}
