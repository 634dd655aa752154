import type { JsonObject, RoomId, UserId } from '@pons/matrix'
import type { SyncFilter } from '../event/filter.ts'

/** What a section is asked for. All of it is about one user's sync. */
export interface SectionRequest {
  readonly userId: UserId
  readonly deviceId: string | undefined
  /** The section's own position at the last sync; undefined for an initial one. */
  readonly since: number | undefined
  /** The section's own position that the next token will carry: nothing newer may be given now. */
  readonly upTo: number
  readonly joinedRooms: ReadonlySet<RoomId>
  /** Joined since the last sync: their whole ephemeral and account data is news. */
  readonly newlyJoined: ReadonlySet<RoomId>
  /** Users whose joins this sync tells of. */
  readonly newcomers: ReadonlySet<UserId>
  readonly filter: SyncFilter
}

export interface RoomAdditions {
  /** Ephemeral events. */
  ephemeral?: JsonObject[]
  account_data?: JsonObject[]
  unread_notifications?: JsonObject
  unread_thread_notifications?: JsonObject
}

export interface SectionResult {
  /** How far this answer goes, where it ends before the position it was asked for: the rest comes with the next sync. */
  readonly reached?: number

  /** Merged into the top of the response; answers a long poll: `{ presence: { events } }`. */
  readonly top?: JsonObject
  /** Merged too, but no reason to answer a long poll: `{ device_one_time_keys_count }`. */
  readonly always?: JsonObject
  /** For joined rooms only; answers a long poll. */
  readonly rooms?: ReadonlyMap<RoomId, RoomAdditions>
  /** Merged into joined rooms that are in the response for another reason. */
  readonly roomDetails?: (roomId: RoomId) => Promise<RoomAdditions>
}

/** A stream of its own within /sync: typing, receipts, account data, to-device messages, presence, device lists. */
export interface SyncSection {
  /** One or two small letters, never reused: the name of the position in sync tokens. `s` is the events'. */
  readonly key: string
  /** The newest position that is durable (or in memory, for what needs not be). Only grows, restarts included. */
  position(): number
  collect(request: SectionRequest): Promise<SectionResult>
}
