import { isJsonObject, ownValue, type JsonObject, type RoomId } from '@pons/matrix'
import type { RoomEvent } from '../rooms/room-event.ts'

/** https://spec.matrix.org/latest/client-server-api/#filtering */
export interface EventFilter {
  readonly limit: number | undefined
  readonly types: readonly string[] | undefined
  readonly notTypes: readonly string[]
  readonly senders: readonly string[] | undefined
  readonly notSenders: readonly string[]
}

export interface RoomEventFilter extends EventFilter {
  readonly rooms: readonly string[] | undefined
  readonly notRooms: readonly string[]
  readonly containsUrl: boolean | undefined
  readonly lazyLoadMembers: boolean
  readonly includeRedundantMembers: boolean
  readonly unreadThreadNotifications: boolean
}

export interface SyncFilter {
  readonly accountData: EventFilter
  readonly presence: EventFilter
  readonly rooms: readonly string[] | undefined
  readonly notRooms: readonly string[]
  readonly includeLeave: boolean
  readonly timeline: RoomEventFilter
  readonly state: RoomEventFilter
  readonly ephemeral: RoomEventFilter
  readonly roomAccountData: RoomEventFilter
}

/** Reads what it knows of a filter's JSON and ignores what is malformed, as the other servers do. */
export function parseSyncFilter(json: JsonObject): SyncFilter {
  const room = objectAt(json, 'room')
  return {
    accountData: parseEventFilter(objectAt(json, 'account_data')),
    presence: parseEventFilter(objectAt(json, 'presence')),
    rooms: textsAt(room, 'rooms'),
    notRooms: textsAt(room, 'not_rooms') ?? [],
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
    rooms: textsAt(json, 'rooms'),
    notRooms: textsAt(json, 'not_rooms') ?? [],
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
    types: textsAt(json, 'types'),
    notTypes: textsAt(json, 'not_types') ?? [],
    senders: textsAt(json, 'senders'),
    notSenders: textsAt(json, 'not_senders') ?? [],
  }
}

export function allowsRoom(filter: Pick<RoomEventFilter, 'rooms' | 'notRooms'>, roomId: RoomId): boolean {
  return (filter.rooms?.includes(roomId) ?? true) && !filter.notRooms.includes(roomId)
}

/** For events of any kind: `type` and, where there is one, `sender`. */
export function allowsEvent(filter: EventFilter, event: { type: string; sender?: string | undefined }): boolean {
  const { type, sender } = event
  if (filter.notTypes.some((pattern) => matches(pattern, type))) return false
  if (filter.types && !filter.types.some((pattern) => matches(pattern, type))) return false
  if (sender === undefined) return true
  return !filter.notSenders.includes(sender) && (filter.senders?.includes(sender) ?? true)
}

export function allowsRoomEvent(filter: RoomEventFilter, event: RoomEvent): boolean {
  if (!allowsEvent(filter, event) || !allowsRoom(filter, event.roomId)) return false
  return filter.containsUrl === undefined || (typeof event.content['url'] === 'string') === filter.containsUrl
}

/** `*` stands for any run of characters; in linear time, whatever the pattern. */
function matches(pattern: string, type: string): boolean {
  if (!pattern.includes('*')) return pattern === type
  const [first = '', ...parts] = pattern.split('*')
  const last = parts.pop() ?? ''
  if (!type.startsWith(first) || type.length < first.length + last.length || !type.endsWith(last)) return false
  let at = first.length
  for (const part of parts) {
    const found = type.indexOf(part, at)
    if (found === -1 || found + part.length > type.length - last.length) return false
    at = found + part.length
  }
  return true
}

function objectAt(json: JsonObject, key: string): JsonObject {
  const value = ownValue(json, key)
  return isJsonObject(value) ? value : {}
}

function textsAt(json: JsonObject, key: string): string[] | undefined {
  const value = ownValue(json, key)
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined
}
