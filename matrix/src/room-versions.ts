import { unsupportedRoomVersion } from './error.ts'

export type RoomVersionId = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '10' | '11' | '12'

/** Which generation of each algorithm a room follows; a new room version is a new row of the table below. */
export interface RoomVersion {
  readonly id: RoomVersionId
  /** `server`: `$opaque:server` in the event; else the reference hash, in standard or url-safe base64. */
  readonly eventIds: 'server' | 'base64' | 'base64url'
  /** The version in which the redaction algorithm last changed. */
  readonly redaction: 1 | 6 | 8 | 9 | 11
  readonly stateResolution: 'v1' | 'v2' | 'v2.1'
  /** Integers within +-(2^53-1) only, no fractions or exponents (from 6). */
  readonly strictCanonicalJson: boolean
  /** Signing keys count only within their validity at the event's time (from 5). */
  readonly checksKeyValidity: boolean
  /** Anybody may send `m.room.aliases` under the own server's name (up to 5). */
  readonly aliasRule: boolean
  /** Redactions are authorised by level or same server when sent (1 and 2), not when applied. */
  readonly redactionRule: boolean
  /** The power levels under `notifications` are protected as those under `events` (from 6). */
  readonly protectsNotificationLevels: boolean
  readonly knock: boolean
  readonly restrictedJoin: boolean
  readonly knockRestricted: boolean
  /** Power levels must be integers; before, strings holding one are read too (from 10). */
  readonly integerPowerLevels: boolean
  /** The creator is the create event's sender, not `content.creator` (from 11). */
  readonly creatorIsSender: boolean
  /** `redacts` is a part of the content (from 11). */
  readonly redactsInContent: boolean
  /** Creators, `additional_creators` among them, stand above every power level (from 12). */
  readonly privilegedCreators: boolean
  /** The room id is the create event's id with `!`; create has no room id and is nobody's auth event (from 12). */
  readonly roomIdIsCreateHash: boolean
}

/** Rooms are made in this version unless somebody asks otherwise: bridges do not all cope with the room ids of 12. */
export const defaultRoomVersion: RoomVersionId = '11'

const v1: RoomVersion = {
  id: '1',
  eventIds: 'server',
  redaction: 1,
  stateResolution: 'v1',
  strictCanonicalJson: false,
  checksKeyValidity: false,
  aliasRule: true,
  redactionRule: true,
  protectsNotificationLevels: false,
  knock: false,
  restrictedJoin: false,
  knockRestricted: false,
  integerPowerLevels: false,
  creatorIsSender: false,
  redactsInContent: false,
  privilegedCreators: false,
  roomIdIsCreateHash: false,
}
const v2: RoomVersion = { ...v1, id: '2', stateResolution: 'v2' }
const v3: RoomVersion = { ...v2, id: '3', eventIds: 'base64', redactionRule: false }
const v4: RoomVersion = { ...v3, id: '4', eventIds: 'base64url' }
const v5: RoomVersion = { ...v4, id: '5', checksKeyValidity: true }
const v6: RoomVersion = {
  ...v5,
  id: '6',
  redaction: 6,
  strictCanonicalJson: true,
  aliasRule: false,
  protectsNotificationLevels: true,
}
const v7: RoomVersion = { ...v6, id: '7', knock: true }
const v8: RoomVersion = { ...v7, id: '8', redaction: 8, restrictedJoin: true }
const v9: RoomVersion = { ...v8, id: '9', redaction: 9 }
const v10: RoomVersion = { ...v9, id: '10', knockRestricted: true, integerPowerLevels: true }
const v11: RoomVersion = { ...v10, id: '11', redaction: 11, creatorIsSender: true, redactsInContent: true }
const v12: RoomVersion = {
  ...v11,
  id: '12',
  stateResolution: 'v2.1',
  privilegedCreators: true,
  roomIdIsCreateHash: true,
}

const versions = new Map<string, RoomVersion>(
  [v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12].map((version) => [version.id, version]),
)

/** Every version this package knows, oldest first. */
export const supportedRoomVersions: readonly RoomVersionId[] = [...versions.values()].map((version) => version.id)

export function isSupportedRoomVersion(id: unknown): id is RoomVersionId {
  return typeof id === 'string' && versions.has(id)
}

/** @throws MatrixError M_UNSUPPORTED_ROOM_VERSION */
export function roomVersion(id: string): RoomVersion {
  const version = versions.get(id)
  if (version === undefined) throw unsupportedRoomVersion(`room version ${JSON.stringify(id)} is not supported`)
  return version
}
