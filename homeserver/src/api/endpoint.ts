import { endpointDefiner, type Endpoint as HttpEndpoint } from '@pons/http'
import {
  isEventId,
  isRoomAlias,
  isRoomId,
  isUserId,
  type EventId,
  type JsonObject,
  type RoomAlias,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import { Type, type Static, type TSchema } from 'typebox'
import { Set as setFormat } from 'typebox/format'
import type { Services } from '../services/open-services.ts'
import type { Requester } from './requester.ts'

export type Endpoint = HttpEndpoint<Services, Requester>

export const defineEndpoint = endpointDefiner<Services, Requester>()

setFormat('matrix-user-id', isUserId)
setFormat('matrix-room-id', isRoomId)
setFormat('matrix-event-id', isEventId)
setFormat('matrix-room-alias', isRoomAlias)

/** Schemas of ids for params, query and body; what they let through has its branded type. */
export const UserIdText = Type.Unsafe<UserId>(Type.String({ format: 'matrix-user-id' }))
export const RoomIdText = Type.Unsafe<RoomId>(Type.String({ format: 'matrix-room-id' }))
export const EventIdText = Type.Unsafe<EventId>(Type.String({ format: 'matrix-event-id' }))
export const RoomAliasText = Type.Unsafe<RoomAlias>(Type.String({ format: 'matrix-room-alias' }))

export const Text = Type.String()

/** A name that somebody chose, such as that of a device. */
export const ShortText = Type.String({ maxLength: 255 })

/** Measured before anything is done with it; a longer one than any account has is as wrong as any other. */
export const PasswordText = Type.String({ maxLength: 4096 })

/** Event content and other free JSON objects. */
export const JsonObjectBody = Type.Unsafe<JsonObject>(Type.Object({}))

/**
 * An object whose keys the requester chooses, with values of one kind. `Type.Record` would let any value pass under a key with a
 * line break in it, which its pattern does not fit.
 */
export function dictionaryOf<Value extends TSchema>(value: Value) {
  return Type.Unsafe<Readonly<Record<string, Static<Value>>>>({ type: 'object', patternProperties: { '^': value } })
}

/** Path parameters: `params({ roomId: RoomIdText })`; those not named stay text. */
export function params<Properties extends Record<string, TSchema>>(properties: Properties) {
  return Type.Object(properties)
}
