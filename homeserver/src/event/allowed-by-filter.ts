import type { RoomId } from '@pons/matrix'
import type { EventFilter, RoomEventFilter } from './filter.ts'
import type { RoomEvent } from './room-event.ts'

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
