import {
  badAlias,
  badJson,
  canonicalJson,
  forbidden,
  invalidParam,
  isJsonObject,
  isRoomAlias,
  isUserId,
  ownValue,
  type EventId,
  type JsonObject,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import { checkContentSize } from './content-size.ts'
import { membershipOf } from '../event/room-event.ts'
import type { Memberships } from './membership.ts'
import type { Rooms, RoomStores } from './rooms.ts'
import type { Timeline } from './timeline.ts'

export interface StateChange {
  readonly roomId: RoomId
  readonly sender: UserId
  readonly type: string
  readonly stateKey: string
  readonly content: JsonObject
  readonly originServerTs?: number | undefined
}

interface SetStateServices {
  readonly timeline: Timeline
  readonly memberships: Memberships
  readonly stores: Pick<RoomStores, 'rooms'>
  readonly rooms: Rooms
}

/** Sets one piece of state. What would change nothing is not written: the event in force is answered again. */
export async function setState(services: SetStateServices, change: StateChange): Promise<EventId> {
  if (change.type === 'm.room.member') return setMember(services, change)
  if (change.type === 'm.room.create') throw forbidden('A room is created once')
  if (change.type === 'm.room.canonical_alias') await checkAliases(services, change)
  // Also before it is compared with what is there.
  checkContentSize(change.content)
  return services.timeline.write(async (writer) => {
    const room = await writer.room(change.roomId)
    const entry = room.state.get(change.type, change.stateKey)
    if (entry && entry.sender === change.sender && isSame(entry.content, change.content)) return entry.event_id
    return (await writer.append(room, change)).eventId
  })
}

/** A member event may come as state too; what is special about joining holds all the same. */
async function setMember(services: SetStateServices, change: StateChange): Promise<EventId> {
  const { sender, stateKey: target, content, roomId, originServerTs } = change
  const membership = membershipOf(content)
  if (membership === undefined) throw badJson('membership is missing or unknown')
  if (!isUserId(target)) throw invalidParam('the state key is not a user id')
  const { memberships, rooms } = services
  const room = await rooms.get(roomId)
  if (membership === 'invite') await memberships.beforeInvite(room, { sender, target })
  const authorised = membership === 'join' && target === sender ? await memberships.authorisedBy(room, target) : {}
  return services.timeline.write(async (writer) =>
    memberships.setIn(writer, await writer.room(roomId), {
      sender,
      target,
      membership,
      content,
      authorised,
      originServerTs,
    }),
  )
}

/** https://spec.matrix.org/v1.19/client-server-api/#mroomcanonical_alias: each new alias must lead to the room. */
async function checkAliases({ stores, rooms }: SetStateServices, change: StateChange): Promise<void> {
  const room = await rooms.get(change.roomId)
  const before = new Set(aliasesIn(room.state.get(change.type, change.stateKey)?.content ?? {}))
  // However often each is named, the first that does not lead here ends it.
  for (const alias of new Set(aliasesIn(change.content))) {
    if (before.has(alias)) continue
    if (!isRoomAlias(alias)) throw invalidParam('not a room alias')
    const found = await stores.rooms.alias(alias)
    if (found?.roomId !== change.roomId) throw badAlias(`Room alias ${alias} does not point to the room`)
  }
}

function aliasesIn(content: JsonObject): string[] {
  const alias = ownValue(content, 'alias')
  const others = ownValue(content, 'alt_aliases')
  return [
    ...(typeof alias === 'string' && alias !== '' ? [alias] : []),
    ...(Array.isArray(others) ? others.filter((other) => typeof other === 'string') : []),
  ]
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  if (!isJsonObject(b) || Object.keys(a).length !== Object.keys(b).length) return false
  return canonicalJson(a, { strict: false }) === canonicalJson(b, { strict: false })
}
