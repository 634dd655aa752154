import { isJsonObject, ownValue, type JsonObject } from '@pons/matrix'
import type { EventFilter, RoomEventFilter, SyncFilter } from './filter.ts'
import { NameList } from './name-list.ts'

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
