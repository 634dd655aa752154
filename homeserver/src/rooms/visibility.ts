import type { UserId } from '@pons/matrix'
import QuickLRU from 'quick-lru'
import type { StatePoint } from '../storage/state-store.ts'
import type { Room } from './room.ts'
import { membershipOf, type Membership, type RoomEvent } from '../event/room-event.ts'
import type { RoomStores } from './rooms.ts'
import { slotName } from './slot-name.ts'
import { END_OF_STREAM } from '../storage/positions.ts'

type HistoryVisibility = 'world_readable' | 'shared' | 'invited' | 'joined'

/** One value of a slot and the state version it began at. */
interface Version<Value> {
  readonly pos: number
  readonly nid: number
  readonly value: Value
}

type VisibilityStores = Pick<RoomStores, 'events' | 'states' | 'interner'>

/**
 * Keeps those events of one room that the user may see by its history visibility.
 * https://spec.matrix.org/v1.19/client-server-api/#server-behaviour-5
 */
export async function visibleEvents(
  stores: VisibilityStores,
  room: Room,
  userId: UserId,
  events: readonly RoomEvent[],
): Promise<RoomEvent[]> {
  const now = historyVisibility(room.content('m.room.history_visibility'))
  const isJoined = room.state.isJoined(userId)
  // By far the most common: the setting never changed, and leaves the past open to members.
  const isOpen = now === 'world_readable' || (now === 'shared' && isJoined)
  if (isOpen && room.hasOneHistorySetting) return [...events]
  const settings = await versionsOf(stores, room, ['m.room.history_visibility', ''], historyVisibility)
  room.hasOneHistorySetting = settings.length <= 1
  if (isOpen && room.hasOneHistorySetting) return [...events]
  const memberships = await versionsOf(stores, room, ['m.room.member', userId], membershipOf)
  const lastJoin = memberships.findLast(({ value }) => value === 'join')?.pos ?? -1
  return events.filter((event) => isVisible(event, userId, { settings, memberships, lastJoin }))
}

interface Histories {
  readonly settings: readonly Version<HistoryVisibility>[]
  readonly memberships: readonly Version<Membership | undefined>[]
  /** The state version of the user's last join. */
  readonly lastJoin: number
}

function isVisible(event: RoomEvent, userId: UserId, { settings, memberships, lastJoin }: Histories): boolean {
  // A change of either can be seen by whom either side of it would let see it.
  const isState = event.stateKey !== undefined
  const isOwnMember = event.type === 'm.room.member' && event.stateKey === userId
  const isSetting = event.type === 'm.room.history_visibility' && event.stateKey === ''
  const before = isState ? event.pos - 1 : event.pos
  const memberNow = valueAt(memberships, isOwnMember ? event.pos : before)
  const memberBefore = valueAt(memberships, before)
  const setting = valueAt(settings, before) ?? 'shared'
  const settingAfter = isSetting ? (valueAt(settings, event.pos) ?? setting) : setting
  return [setting, settingAfter].some((visibility) => {
    if (visibility === 'world_readable') return true
    if (memberNow === 'join' || memberBefore === 'join') return true
    if (visibility === 'shared') return lastJoin > before
    return visibility === 'invited' && (memberNow === 'invite' || memberBefore === 'invite')
  })
}

/** That of the last version up to there. */
function valueAt<Value>(versions: readonly Version<Value>[], pos: number): Value | undefined {
  let [from, to] = [0, versions.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (versions[middle]!.pos <= pos) from = middle + 1
    else to = middle
  }
  return versions[from - 1]?.value
}

/** Of rooms in use: who has come and gone ten thousand times must not cost as many events with each request. */
const known = new WeakMap<Room, QuickLRU<string, readonly Version<unknown>[]>>()
const KNOWN_OF_ROOM = 50

async function versionsOf<Value>(
  stores: VisibilityStores,
  room: Room,
  [type, key]: readonly [string, string],
  read: (content: RoomEvent['content']) => Value,
): Promise<readonly Version<Value>[]> {
  const newest = room.state.get(type, key)?.nid
  const ofRoom = known.get(room) ?? new QuickLRU<string, readonly Version<unknown>[]>({ maxSize: KNOWN_OF_ROOM })
  known.set(room, ofRoom)
  const before = ofRoom.get(slotName(type, key)) as readonly Version<Value>[] | undefined
  if (before?.at(-1)?.nid === newest && before !== undefined) return before
  const versions = await readVersions(stores, room, [type, key], read)
  // Memory may be ahead of what is committed.
  if (versions.length > 0 && versions.at(-1)?.nid === newest) ofRoom.set(slotName(type, key), versions)
  return versions
}

async function readVersions<Value>(
  stores: VisibilityStores,
  room: Room,
  [type, key]: readonly [string, string],
  read: (content: RoomEvent['content']) => Value,
): Promise<readonly Version<Value>[]> {
  const typeNid = await stores.interner.find(type)
  const keyNid = await stores.interner.find(key)
  if (typeNid === undefined || keyNid === undefined) return []
  const point: StatePoint = { roomNid: room.nid, branch: room.branch, pos: END_OF_STREAM }
  const versions = await stores.states.versions(point, typeNid, keyNid)
  const events = await stores.events.byNids(versions.map(({ nid }) => nid))
  const contents = new Map(events.map((event) => [event.nid, event.content]))
  return versions.map(({ nid, pos }) => ({ nid, pos, value: read(contents.get(nid) ?? {}) }))
}

export function historyVisibility(content: Record<string, unknown> | undefined): HistoryVisibility {
  const value = content?.['history_visibility']
  return value === 'world_readable' || value === 'invited' || value === 'joined' ? value : 'shared'
}
