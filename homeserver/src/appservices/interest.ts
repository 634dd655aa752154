import type { Transaction } from '@pons/database'
import { isUserId, type RoomAlias } from '@pons/matrix'
import type { Room } from '../rooms/room.ts'
import { membershipOf, type RoomEvent } from '../rooms/room-event.ts'
import type { RoomStore } from '../storage/room-store.ts'
import type { Appservice } from './appservice.ts'

/** Which application services a room interests, kept with the room while it is active. */
export interface RoomInterest {
  /** Of the set of registrations this was made for. */
  readonly generation: number
  /** By the service's number, its users that are joined; an invite is told of, but opens nothing else. */
  readonly members: Map<number, Set<string>>
  /** Services that claim the room's id or one of its aliases. */
  readonly always: ReadonlySet<number>
}

export interface InterestSource {
  readonly generation: number
  readonly list: readonly Appservice[]
}

/** Decided when an event is written, from memory: the cost is one look for each service, however large the room is. */
export async function interested(
  tx: Transaction,
  source: InterestSource,
  rooms: RoomStore,
  { room, event }: { room: Room; event: RoomEvent },
): Promise<Appservice[]> {
  const interest = await interestOf(tx, source, rooms, room)
  const target = event.type === 'm.room.member' ? event.stateKey : undefined
  if (target !== undefined) follow(interest, source.list, event, target)
  return source.list.filter((appservice) => {
    if (!appservice.isPushed) return false
    if ((interest.members.get(appservice.nid)?.size ?? 0) > 0 || interest.always.has(appservice.nid)) return true
    return appservice.ownsUser(event.sender) || (target !== undefined && appservice.ownsUser(target))
  })
}

async function interestOf(
  tx: Transaction,
  source: InterestSource,
  rooms: RoomStore,
  room: Room,
): Promise<RoomInterest> {
  if (room.interest?.generation === source.generation) return room.interest
  const members = new Map<number, Set<string>>()
  const always = new Set<number>()
  const aliases = await rooms.aliases(room.nid, tx)
  for (const appservice of source.list) {
    const owned = new Set<string>()
    for (const userId of room.state.members('join')) if (appservice.ownsUser(userId)) owned.add(userId)
    members.set(appservice.nid, owned)
    const claimsAlias = aliases.some((alias) => appservice.namespaces.aliasMatch(alias as RoomAlias))
    if (claimsAlias || appservice.ownsRoom(room.roomId)) always.add(appservice.nid)
  }
  const interest = { generation: source.generation, members, always }
  room.interest = interest
  return interest
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
