import { isUserId } from '../../ids.ts'
import type { UserId } from '../../ids.ts'
import { isJsonObject, ownValue } from '../../json-value.ts'
import type { JsonObject, JsonValue } from '../../json-value.ts'
import { isSupportedRoomVersion, roomVersion } from '../../room-versions.ts'
import type { RoomVersion } from '../../room-versions.ts'
import type { AuthEvent, AuthState } from '../pdu.ts'

/** The single levels of `m.room.power_levels` and what they are when it says nothing. */
const defaults = {
  ban: 50,
  events_default: 0,
  invite: 0,
  kick: 50,
  redact: 50,
  state_default: 50,
  users_default: 0,
} as const

export type NamedLevel = keyof typeof defaults
export const namedLevels = Object.keys(defaults) as readonly NamedLevel[]

const integerText = /^\s*[+-]?[0-9]+\s*$/
const creatorLevelWithoutEvent = 100

/** Everything that power levels of one room state are read from. */
export interface LevelSource {
  readonly version: RoomVersion
  readonly create: AuthEvent | undefined
  /** Undefined while the room has no `m.room.power_levels`. */
  readonly content: JsonObject | undefined
}

export function levelSource(state: AuthState, version?: RoomVersion): LevelSource {
  const create = state.get('m.room.create', '')
  return {
    version: version ?? versionOfRoom(create),
    create,
    content: state.get('m.room.power_levels', '')?.content,
  }
}

/** The level of a user in a room: Infinity for the creators of rooms since version 12. */
export function powerLevelOf(state: AuthState, userId: UserId): number {
  return userLevel(levelSource(state), userId)
}

/** The level of whoever is not named. */
export function defaultPowerLevelOf(state: AuthState): number {
  return namedLevel(levelSource(state), 'users_default')
}

/** The level needed to send an event of this type. Membership events are not subject to it. */
export function requiredPowerLevel(state: AuthState, type: string, isState: boolean): number {
  return eventLevel(levelSource(state), type, isState)
}

/** The level needed to `ban`, `kick`, `invite` or `redact`. */
export function actionPowerLevel(state: AuthState, action: 'ban' | 'kick' | 'invite' | 'redact'): number {
  return namedLevel(levelSource(state), action)
}

/** The users that count as creators: only the creating user before room version 12. */
export function creatorsOf(create: AuthEvent, version: RoomVersion): UserId[] {
  if (!version.privilegedCreators) {
    const creator = version.creatorIsSender ? create.sender : create.content['creator']
    return isUserId(creator) ? [creator] : []
  }
  const additional = create.content['additional_creators']
  return [create.sender, ...(Array.isArray(additional) ? additional.filter(isUserId) : [])]
}

export function userLevel(source: LevelSource, userId: UserId): number {
  const { content, create, version } = source
  if (version.privilegedCreators && create !== undefined && isPrivileged(create, userId)) return Infinity
  if (content === undefined) {
    return create !== undefined && creatorsOf(create, version)[0] === userId ? creatorLevelWithoutEvent : 0
  }
  return memberLevel(content, 'users', userId, version) ?? namedLevel(source, 'users_default')
}

export function eventLevel(source: LevelSource, type: string, isState: boolean): number {
  const own = source.content && memberLevel(source.content, 'events', type, source.version)
  return own ?? namedLevel(source, isState ? 'state_default' : 'events_default')
}

export function namedLevel({ content, version }: LevelSource, name: NamedLevel): number {
  const level = content && parseLevel(ownValue(content, name), version)
  return level ?? defaults[name]
}

/** Reads an entry of `users`, `events` or `notifications`. */
export function memberLevel(
  content: JsonObject,
  map: 'users' | 'events' | 'notifications',
  key: string,
  version: RoomVersion,
): number | undefined {
  const levels = ownValue(content, map)
  return isJsonObject(levels) ? parseLevel(ownValue(levels, key), version) : undefined
}

/**
 * A level as the room version reads it: before 10 strings holding an integer count, and fractions are cut.
 * Undefined for anything else.
 */
export function parseLevel(value: JsonValue | undefined, version: RoomVersion): number | undefined {
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return value
    return version.integerPowerLevels || !Number.isFinite(value) ? undefined : Math.trunc(value)
  }
  if (typeof value !== 'string' || version.integerPowerLevels || !integerText.test(value)) return undefined
  return Number(value)
}

function isPrivileged(create: AuthEvent, userId: UserId): boolean {
  if (create.sender === userId) return true
  const additional = create.content['additional_creators']
  return Array.isArray(additional) && additional.includes(userId)
}

function versionOfRoom(create: AuthEvent | undefined): RoomVersion {
  const id = create?.content['room_version']
  return roomVersion(isSupportedRoomVersion(id) ? id : '1')
}
