import type { Transaction } from '@pons/database'
import { isUserId, type RoomAlias } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import { membershipOf, type RoomEvent } from '../event/room-event.ts'
import type { RoomStore } from '../storage/room-store.ts'
import type { Appservice } from './appservice.ts'
import type { Roster } from './roster.ts'

/** Which application services a room interests. */
interface RoomInterest {
  /** Of the roster, when this was made. */
  readonly list: readonly Appservice[]
  /** Of the room's, when this was made. */
  readonly aliasChanges: number
  /** By the service's number, its users that are joined; an invite is told of, but opens nothing else. */
  readonly members: Map<number, Set<string>>
  /** Services that claim the room's id or one of its aliases. */
  readonly always: ReadonlySet<number>
}

/**
 * What each active room interests, for as long as it is active: a room that is dropped from memory, as after an undone
 * transaction, is another object when it comes again.
 */
export class Interests {
  readonly #roster: Roster
  readonly #rooms: RoomStore
  readonly #ofRoom = new WeakMap<Room, RoomInterest>()

  constructor(roster: Roster, rooms: RoomStore) {
    this.#roster = roster
    this.#rooms = rooms
  }

  /** Decided when an event is written, from memory: the cost is one look for each service, however large the room is. */
  async of(tx: Transaction, room: Room, event: RoomEvent): Promise<Appservice[]> {
    const { list } = this.#roster
    if (list.length === 0) return []
    const interest = this.#known(room) ?? (await this.#make(tx, room))
    const target = event.type === 'm.room.member' ? event.stateKey : undefined
    if (target !== undefined) follow(interest, event, target)
    return list.filter((appservice) => {
      if (!appservice.isPushed) return false
      if (isInterested(interest, appservice)) return true
      return appservice.ownsUser(event.sender) || (target !== undefined && appservice.ownsUser(target))
    })
  }

  /** Whether a user of the service is in the room, or it claims the room. */
  isIn(appservice: Appservice, room: Room): boolean {
    const interest = this.#known(room)
    if (interest) return isInterested(interest, appservice)
    for (const userId of room.state.members('join')) if (appservice.ownsUser(userId)) return true
    return appservice.ownsRoom(room.roomId)
  }

  /** The services that want to hear of typing and receipts in a room. */
  ephemeralListeners(room: Room): Appservice[] {
    return this.#roster.list.filter(
      (appservice) => appservice.isPushed && appservice.receivesEphemeral && this.isIn(appservice, room),
    )
  }

  #known(room: Room): RoomInterest | undefined {
    const interest = this.#ofRoom.get(room)
    return interest?.list === this.#roster.list && interest.aliasChanges === room.aliasChanges ? interest : undefined
  }

  async #make(tx: Transaction, room: Room): Promise<RoomInterest> {
    const { list } = this.#roster
    const members = new Map<number, Set<string>>()
    const always = new Set<number>()
    const aliases = await this.#rooms.aliases(room.nid, tx)
    for (const appservice of list) {
      const owned = new Set<string>()
      for (const userId of room.state.members('join')) if (appservice.ownsUser(userId)) owned.add(userId)
      members.set(appservice.nid, owned)
      const claimsAlias = aliases.some((alias) => appservice.namespaces.aliasMatch(alias as RoomAlias))
      if (claimsAlias || appservice.ownsRoom(room.roomId)) always.add(appservice.nid)
    }
    const interest = { list, aliasChanges: room.aliasChanges, members, always }
    this.#ofRoom.set(room, interest)
    return interest
  }
}

function isInterested({ members, always }: RoomInterest, { nid }: Appservice): boolean {
  return (members.get(nid)?.size ?? 0) > 0 || always.has(nid)
}

function follow(interest: RoomInterest, event: RoomEvent, target: string): void {
  const isIn = membershipOf(event.content) === 'join'
  for (const appservice of interest.list) {
    const owned = interest.members.get(appservice.nid)
    if (!owned || !isUserId(target) || !appservice.ownsUser(target)) continue
    if (isIn) owned.add(target)
    else owned.delete(target)
  }
}
