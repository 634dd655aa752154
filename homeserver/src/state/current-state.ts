import type { AuthEvent, AuthState, EventId, JsonObject, RoomId, UserId } from '@pons/matrix'
import { membershipOf, type Membership } from '../event/room-event.ts'

/** An event of the current state. Member events keep only their membership here: a room may have many thousands. */
export interface StateEntry extends AuthEvent {
  readonly nid: number
  readonly slot: number
  readonly event_id: EventId
  readonly room_id: RoomId
  readonly state_key: string
  /** Of the content as JSON. */
  readonly bytes: number
}

const MEMBER = 'm.room.member'
/** Of an entry beside its content. */
const ENTRY_BYTES = 256
const MEMBERSHIP_CONTENTS: Record<Membership, JsonObject> = {
  leave: Object.freeze({ membership: 'leave' }),
  invite: Object.freeze({ membership: 'invite' }),
  join: Object.freeze({ membership: 'join' }),
  knock: Object.freeze({ membership: 'knock' }),
  ban: Object.freeze({ membership: 'ban' }),
}

export function membershipContent(membership: Membership): JsonObject {
  return MEMBERSHIP_CONTENTS[membership]
}

/** What a room's state is now, in memory, for as long as the room is active. */
export class CurrentState implements AuthState {
  readonly #byType = new Map<string, Map<string, StateEntry>>()
  readonly #counts: Record<Membership, number> = { leave: 0, invite: 0, join: 0, knock: 0, ban: 0 }
  #slots = 0
  #weight = 0

  get(type: string, stateKey: string): StateEntry | undefined {
    return this.#byType.get(type)?.get(stateKey)
  }

  /** Slots are dense: this is the number that the next new one gets. */
  get slotCount(): number {
    return this.#slots
  }

  /** The memory that all but the members take, in bytes, roughly. */
  get weight(): number {
    return this.#weight
  }

  count(membership: Membership): number {
    return this.#counts[membership]
  }

  membership(userId: UserId): Membership | undefined {
    const entry = this.get(MEMBER, userId)
    return entry && membershipOf(entry.content)
  }

  isJoined(userId: string): boolean {
    const entry = this.get(MEMBER, userId)
    return entry !== undefined && membershipOf(entry.content) === 'join'
  }

  ofType(type: string): ReadonlyMap<string, StateEntry> {
    return this.#byType.get(type) ?? NONE
  }

  *all(): Generator<StateEntry> {
    for (const entries of this.#byType.values()) yield* entries.values()
  }

  *members(membership: Membership): Generator<UserId> {
    for (const [userId, entry] of this.ofType(MEMBER)) {
      if (membershipOf(entry.content) === membership) yield userId as UserId
    }
  }

  get size(): number {
    let size = 0
    for (const entries of this.#byType.values()) size += entries.size
    return size
  }

  set(entry: StateEntry): void {
    let kept = entry
    if (entry.type === MEMBER) {
      const before = this.membership(entry.state_key as UserId)
      const now = membershipOf(entry.content) ?? 'leave'
      if (before) this.#count(before, -1)
      this.#count(now, 1)
      kept = { ...entry, content: membershipContent(now) }
    }
    let entries = this.#byType.get(entry.type)
    if (!entries) this.#byType.set(entry.type, (entries = new Map()))
    if (entry.type !== MEMBER) this.#weight += weightOf(entry.bytes) - weightOf(entries.get(entry.state_key)?.bytes)
    entries.set(entry.state_key, kept)
    this.#slots = Math.max(this.#slots, entry.slot + 1)
  }

  #count(membership: Membership, by: number): void {
    // oxlint-disable-next-line outside-names/no-computed-write -- membershipOf lets no other words through
    this.#counts[membership] += by
  }
}

/** Of one event of the state; of none, nothing. */
export function weightOf(bytes: number | undefined): number {
  return bytes === undefined ? 0 : bytes + ENTRY_BYTES
}

const NONE: ReadonlyMap<string, StateEntry> = new Map()
