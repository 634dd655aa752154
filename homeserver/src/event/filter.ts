import type { NameList } from './name-list.ts'

/** https://spec.matrix.org/v1.19/client-server-api/#filtering */
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
