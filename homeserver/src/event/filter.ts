import { isJsonObject, ownValue, type JsonObject, type RoomId } from '@pons/matrix'
import type { RoomEvent } from './room-event.ts'
import { NameList } from './name-list.ts'

/** https://spec.matrix.org/latest/client-server-api/#filtering */
export interface EventFilter {
  readonly limit: number | undefined
  readonly types: NameList | undefined
  readonly notTypes: NameList
  readonly senders: NameList | undefined
  readonly notSenders: NameList
}

export interface RoomEventFilter extends EventFilter {
  readonly rooms: NameList | undefined
  readonly notRooms: NameList
  readonly containsUrl: boolean | undefined
  readonly lazyLoadMembers: boolean
  readonly includeRedundantMembers: boolean
  readonly unreadThreadNotifications: boolean
}

export interface SyncFilter {
  readonly accountData: EventFilter
  readonly presence: EventFilter
  readonly rooms: NameList | undefined
  readonly notRooms: NameList
  readonly includeLeave: boolean
  readonly timeline: RoomEventFilter
  readonly state: RoomEventFilter
  readonly ephemeral: RoomEventFilter
  readonly roomAccountData: RoomEventFilter
}

/**
 * Reads what it knows of a filter's JSON and ignores what is malformed: a new filter is checked before, one that an earlier
 * version stored is not.
 *
 * @throws MatrixError M_INVALID_PARAM for more patterns than are worth the work
 */
export function parseSyncFilter(json: JsonObject): SyncFilter {
  const room = objectAt(json, 'room')
  return {
    accountData: parseEventFilter(objectAt(json, 'account_data')),
    presence: parseEventFilter(objectAt(json, 'presence')),
    rooms: namesAt(room, 'rooms'),
    notRooms: namesAt(room, 'not_rooms') ?? NONE,
    includeLeave: ownValue(room, 'include_leave') === true,
    timeline: parseRoomEventFilter(objectAt(room, 'timeline')),
    state: parseRoomEventFilter(objectAt(room, 'state')),
    ephemeral: parseRoomEventFilter(objectAt(room, 'ephemeral')),
    roomAccountData: parseRoomEventFilter(objectAt(room, 'account_data')),
  }
}

export function parseRoomEventFilter(json: JsonObject): RoomEventFilter {
  const containsUrl = ownValue(json, 'contains_url')
  return {
    ...parseEventFilter(json),
    rooms: namesAt(json, 'rooms'),
    notRooms: namesAt(json, 'not_rooms') ?? NONE,
    containsUrl: typeof containsUrl === 'boolean' ? containsUrl : undefined,
    lazyLoadMembers: ownValue(json, 'lazy_load_members') === true,
    includeRedundantMembers: ownValue(json, 'include_redundant_members') === true,
    unreadThreadNotifications: ownValue(json, 'unread_thread_notifications') === true,
  }
}

function parseEventFilter(json: JsonObject): EventFilter {
  const limit = ownValue(json, 'limit')
  return {
    limit: typeof limit === 'number' && limit >= 0 ? Math.floor(limit) : undefined,
    types: namesAt(json, 'types', true),
    notTypes: namesAt(json, 'not_types', true) ?? NONE,
    senders: namesAt(json, 'senders'),
    notSenders: namesAt(json, 'not_senders') ?? NONE,
  }
}

export function allowsRoom(filter: Pick<RoomEventFilter, 'rooms' | 'notRooms'>, roomId: RoomId): boolean {
  return (filter.rooms?.has(roomId) ?? true) && !filter.notRooms.has(roomId)
}

/** For events of any kind: `type` and, where there is one, `sender`. */
export function allowsEvent(filter: EventFilter, event: { type: string; sender?: string | undefined }): boolean {
  const { type, sender } = event
  if (filter.notTypes.has(type)) return false
  if (filter.types && !filter.types.has(type)) return false
  if (sender === undefined) return true
  return !filter.notSenders.has(sender) && (filter.senders?.has(sender) ?? true)
}

export function allowsRoomEvent(filter: RoomEventFilter, event: RoomEvent): boolean {
  if (!allowsEvent(filter, event) || !allowsRoom(filter, event.roomId)) return false
  return filter.containsUrl === undefined || (typeof event.content['url'] === 'string') === filter.containsUrl
}

function objectAt(json: JsonObject, key: string): JsonObject {
  const value = ownValue(json, key)
  return isJsonObject(value) ? value : {}
}

const NONE = new NameList([], false)

function namesAt(json: JsonObject, key: string, hasStars = false): NameList | undefined {
  const value = ownValue(json, key)
  if (!Array.isArray(value)) return undefined
  return new NameList(
    value.filter((item) => typeof item === 'string'),
    hasStars,
  )
}
