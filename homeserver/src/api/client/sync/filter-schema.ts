import { Type } from 'typebox'
import { RoomIdText, UserIdText } from '../../endpoint.ts'

const Users = Type.Optional(Type.Array(UserIdText))
const Rooms = Type.Optional(Type.Array(RoomIdText))
const Texts = Type.Optional(Type.Array(Type.String()))
const Flag = Type.Optional(Type.Boolean())

const eventFields = {
  limit: Type.Optional(Type.Integer({ minimum: 0 })),
  types: Texts,
  not_types: Texts,
  senders: Users,
  not_senders: Users,
}
const EventFilterSchema = Type.Optional(Type.Object(eventFields))

/** https://spec.matrix.org/v1.19/client-server-api/#filtering ; what it does not name is let be, as the future's. */
export const RoomEventFilterSchema = Type.Object({
  ...eventFields,
  rooms: Rooms,
  not_rooms: Rooms,
  contains_url: Flag,
  lazy_load_members: Flag,
  include_redundant_members: Flag,
  unread_thread_notifications: Flag,
})

const ofRooms = Type.Optional(RoomEventFilterSchema)

/** What a new filter of /sync must fit. */
export const SyncFilterSchema = Type.Object({
  event_fields: Texts,
  event_format: Type.Optional(Type.Union([Type.Literal('client'), Type.Literal('federation')])),
  presence: EventFilterSchema,
  account_data: EventFilterSchema,
  room: Type.Optional(
    Type.Object({
      rooms: Rooms,
      not_rooms: Rooms,
      include_leave: Flag,
      state: ofRooms,
      timeline: ofRooms,
      ephemeral: ofRooms,
      account_data: ofRooms,
    }),
  ),
})
