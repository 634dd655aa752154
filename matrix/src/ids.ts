import { invalidParam } from './error.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type UserId = Branded<'UserId'>
export type RoomId = Branded<'RoomId'>
export type EventId = Branded<'EventId'>
export type RoomAlias = Branded<'RoomAlias'>
export type ServerName = Branded<'ServerName'>
export type DeviceId = Branded<'DeviceId'>
export type MxcUri = Branded<'MxcUri'>

/** Every identifier is limited in UTF-8 bytes, sigil and domain included. */
export const maxIdBytes = 255

// https://spec.matrix.org/v1.19/appendices/#server-name
const serverNamePattern = /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,255})(?::[0-9]{1,5})?$/
const dottedQuad = /^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?::|$)/
const localpartOfNewUser = /^[a-z0-9._=\-/+]+$/
const historicalLocalpart = /^[\x21-\x39\x3b-\x7e]+$/
const mediaIdPattern = /^[A-Za-z0-9_-]+$/

/**
 * True for `@localpart:server`. The historical grammar is accepted, as events must be: any code points but `:` and NUL,
 * even none. Ids of new users are held to {@link isValidLocalpart}.
 */
export function isUserId(text: unknown): text is UserId {
  return hasLocalpartAndServer(text, '@')
}

export function isRoomAlias(text: unknown): text is RoomAlias {
  return hasLocalpartAndServer(text, '#')
}

/** True for `!opaque:server`, and for `!opaque` without a server, which is the form of room version 12 and later. */
export function isRoomId(text: unknown): text is RoomId {
  return isOpaqueId(text, '!')
}

/** True for `$opaque` and, as in room versions 1 and 2, `$opaque:server`. */
export function isEventId(text: unknown): text is EventId {
  return isOpaqueId(text, '$')
}

export function isServerName(text: unknown): text is ServerName {
  if (typeof text !== 'string' || text.length > maxIdBytes || !serverNamePattern.test(text)) return false
  const quad = dottedQuad.exec(text)
  return quad === null || quad.slice(1).every((part) => Number(part) <= 255)
}

/** Device ids are opaque: any non-empty text of at most 255 bytes without control characters. */
export function isDeviceId(text: unknown): text is DeviceId {
  return typeof text === 'string' && text !== '' && fitsId(text) && !/\p{Cc}/u.test(text)
}

/** True for `mxc://server/media-id`, where the media id can never climb out of a directory. */
export function isMxcUri(text: unknown): text is MxcUri {
  if (typeof text !== 'string' || !text.startsWith('mxc://')) return false
  const slash = text.indexOf('/', 6)
  return slash !== -1 && isServerName(text.slice(6, slash)) && mediaIdPattern.test(text.slice(slash + 1))
}

/** @throws MatrixError M_INVALID_PARAM, like all parsers of this file. */
export function parseUserId(text: unknown): UserId {
  return isUserId(text) ? text : refuse('user id', text)
}

export function parseRoomId(text: unknown): RoomId {
  return isRoomId(text) ? text : refuse('room id', text)
}

export function parseEventId(text: unknown): EventId {
  return isEventId(text) ? text : refuse('event id', text)
}

export function parseRoomAlias(text: unknown): RoomAlias {
  return isRoomAlias(text) ? text : refuse('room alias', text)
}

export function parseServerName(text: unknown): ServerName {
  return isServerName(text) ? text : refuse('server name', text)
}

export function parseDeviceId(text: unknown): DeviceId {
  return isDeviceId(text) ? text : refuse('device id', text)
}

export function parseMxcUri(text: unknown): MxcUri {
  return isMxcUri(text) ? text : refuse('content uri', text)
}

/** True when a new user may have this localpart: `a-z 0-9 . _ = - / +`, not empty. */
export function isValidLocalpart(localpart: string): boolean {
  return localpartOfNewUser.test(localpart)
}

/**
 * True when a user may have had this localpart before that: printable ASCII but `:`. Application services name their users so,
 * after what these are called on their network. https://spec.matrix.org/v1.19/appendices/#historical-user-ids
 */
export function isHistoricalLocalpart(localpart: string): boolean {
  return historicalLocalpart.test(localpart)
}

/** Puts a user id together; the localpart may be historical, the length is checked. */
export function userIdOf(localpart: string, server: ServerName): UserId {
  return parseUserId(`@${localpart}:${server}`)
}

export function roomAliasOf(localpart: string, server: ServerName): RoomAlias {
  return parseRoomAlias(`#${localpart}:${server}`)
}

export function mxcUriOf(server: ServerName, mediaId: string): MxcUri {
  return parseMxcUri(`mxc://${server}/${mediaId}`)
}

export function localpartOf(id: UserId | RoomAlias): string {
  return id.slice(1, id.indexOf(':'))
}

/** The server part; undefined for ids that carry none (room version 12 rooms, events since room version 3). */
export function serverNameOf(id: UserId | RoomAlias): ServerName
export function serverNameOf(id: UserId | RoomAlias | RoomId | EventId): ServerName | undefined
export function serverNameOf(id: UserId | RoomAlias | RoomId | EventId): ServerName | undefined {
  const colon = id.indexOf(':')
  return colon === -1 ? undefined : (id.slice(colon + 1) as ServerName)
}

export function mxcParts(uri: MxcUri): { serverName: ServerName; mediaId: string } {
  const slash = uri.indexOf('/', 6)
  return { serverName: uri.slice(6, slash) as ServerName, mediaId: uri.slice(slash + 1) }
}

/** Length in UTF-8 bytes; a lone surrogate counts as the three bytes of its replacement character. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    if (unit < 0x800) {
      bytes += 1
    } else if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1))) {
      bytes += 2
      i++
    } else {
      bytes += 2
    }
  }
  return bytes
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

function hasLocalpartAndServer(text: unknown, sigil: string): boolean {
  if (typeof text !== 'string' || !text.startsWith(sigil) || !fitsId(text)) return false
  const colon = text.indexOf(':')
  return colon !== -1 && !text.slice(0, colon).includes('\0') && isServerName(text.slice(colon + 1))
}

function isOpaqueId(text: unknown, sigil: string): boolean {
  if (typeof text !== 'string' || text.length < 2 || !text.startsWith(sigil) || !fitsId(text)) return false
  const colon = text.indexOf(':')
  return !text.includes('\0') && (colon === -1 || isServerName(text.slice(colon + 1)))
}

function fitsId(text: string): boolean {
  return text.length <= maxIdBytes && utf8Length(text) <= maxIdBytes && text.isWellFormed()
}

function refuse(what: string, text: unknown): never {
  const shown = typeof text === 'string' ? JSON.stringify(text.slice(0, 80)) : typeof text
  throw invalidParam(`not a ${what}: ${shown}`)
}
