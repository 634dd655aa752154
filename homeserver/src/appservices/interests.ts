import type { Transaction } from '@pons/database'
import { isUserId, type RoomAlias } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import { membershipOf, type RoomEvent } from '../event/room-event.ts'
import type { RoomStore } from '../storage/room-store.ts'
import type { Appservice } from './appservice.ts'

/** Which application services a room interests. */
interface RoomInterest {
  /** Of the set of registrations this was made for. */
  readonly generation: number
  /** Of the room's, when this was made. */
  readonly aliasChanges: number
  /** By the service's number, its users that are joined; an invite is told of, but opens nothing else. */
  readonly members: Map<number, Set<string>>
  /** Services that claim the room's id or one of its aliases. */
  readonly always: ReadonlySet<number>
}

interface InterestSource {
  readonly generation: number
  readonly list: readonly Appservice[]
}

/**
 * What each active room interests, for as long as it is active: a room that is dropped from memory, as after an undone
 * transaction, is another object when it comes again.
 */
export class Interests {
  readonly #rooms: RoomStore
  readonly #ofRoom = new WeakMap<Room, RoomInterest>()

  constructor(rooms: RoomStore) {
    this.#rooms = rooms
  }

  /** Decided when an event is written, from memory: the cost is one look for each service, however large the room is. */
  async of(
    tx: Transaction,
    source: InterestSource,
    { room, event }: { room: Room; event: RoomEvent },
  ): Promise<Appservice[]> {
    const interest = this.#known(source, room) ?? (await this.#make(tx, source, room))
    const target = event.type === 'm.room.member' ? event.stateKey : undefined
    if (target !== undefined) follow(interest, source.list, event, target)
    return source.list.filter((appservice) => {
      if (!appservice.isPushed) return false
      if (isInterested(interest, appservice)) return true
      return appservice.ownsUser(event.sender) || (target !== undefined && appservice.ownsUser(target))
    })
  }

  /** Whether a user of the service is in the room, or it claims the room. */
  isIn(source: InterestSource, appservice: Appservice, room: Room): boolean {
    const interest = this.#known(source, room)
    if (interest) return isInterested(interest, appservice)
    for (const userId of room.state.members('join')) if (appservice.ownsUser(userId)) return true
    return appservice.ownsRoom(room.roomId)
  }

  #known({ generation }: InterestSource, room: Room): RoomInterest | undefined {
    const interest = this.#ofRoom.get(room)
    return interest?.generation === generation && interest.aliasChanges === room.aliasChanges ? interest : undefined
  }

  async #make(tx: Transaction, { generation, list }: InterestSource, room: Room): Promise<RoomInterest> {
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
    const interest = { generation, aliasChanges: room.aliasChanges, members, always }
    this.#ofRoom.set(room, interest)
    return interest
  }
}

function isInterested({ members, always }: RoomInterest, { nid }: Appservice): boolean {
  return (members.get(nid)?.size ?? 0) > 0 || always.has(nid)
}

function follow(interest: RoomInterest, list: readonly Appservice[], event: RoomEvent, target: string): void {
  const isIn = membershipOf(event.content) === 'join'
  for (const appservice of list) {
    const owned = interest.members.get(appservice.nid)
    if (!owned || !isUserId(target) || !appservice.ownsUser(target)) continue
    if (isIn) owned.add(target)
    else owned.delete(target)
  }
}
