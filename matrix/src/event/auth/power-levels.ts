import { isUserId } from '../../ids.ts'
import { isJsonObject, ownValue } from '../../json-value.ts'
import type { JsonObject } from '../../json-value.ts'
import type { RoomVersion } from '../../room-versions.ts'
import { creatorsOf, memberLevel, namedLevels, parseLevel, userLevel } from './levels.ts'
import type { LevelSource } from './levels.ts'
import { reject } from './reject.ts'
import type { EventToAuthorize } from './reject.ts'

const rule = 'm.room.power_levels'
type LevelMap = 'users' | 'events' | 'notifications'

/** A change of one level; undefined where the entry is absent before or after. */
interface Alteration {
  readonly what: string
  readonly before: number | undefined
  readonly after: number | undefined
}

/** Nobody may grant, or take from others, more than they have themselves. */
export function authorizePowerLevels(event: EventToAuthorize, levels: LevelSource): void {
  const { version, create, content: current } = levels
  checkForm(event.content, version)
  if (version.privilegedCreators && create !== undefined) {
    const users = ownValue(event.content, 'users') as JsonObject | undefined
    const named = creatorsOf(create, version).find((creator) => users !== undefined && Object.hasOwn(users, creator))
    if (named !== undefined) reject(rule, 'users names a creator of the room')
  }
  if (current === undefined) return

  const own = userLevel(levels, event.sender)
  const maps = version.protectsNotificationLevels ? (['events', 'notifications'] as const) : (['events'] as const)
  for (const change of namedAlterations(current, event.content, version)) requireWithin(change, own)
  for (const map of maps) {
    for (const change of mapAlterations(map, current, event.content, version)) requireWithin(change, own)
  }
  checkUsers(event, levels, current, own)
}

function checkUsers(event: EventToAuthorize, { version }: LevelSource, current: JsonObject, own: number): void {
  for (const { what, before, after } of mapAlterations('users', current, event.content, version)) {
    if (before !== undefined && what !== event.sender && before >= own) {
      reject(rule, `${what} has the same or a higher level than the sender`)
    }
    if (after !== undefined && after > own) reject(rule, `${what} would stand above the sender`)
  }
}

function requireWithin({ what, before, after }: Alteration, own: number): void {
  if (before !== undefined && before > own) reject(rule, `the level of ${what} is above the sender's`)
  if (after !== undefined && after > own) reject(rule, `the new level of ${what} is above the sender's`)
}

function namedAlterations(before: JsonObject, after: JsonObject, version: RoomVersion): Alteration[] {
  return namedLevels
    .map((name) => ({
      what: name,
      before: parseLevel(ownValue(before, name), version),
      after: parseLevel(ownValue(after, name), version),
    }))
    .filter(isAltered)
}

function mapAlterations(map: LevelMap, before: JsonObject, after: JsonObject, version: RoomVersion): Alteration[] {
  const keys = new Set([...keysOf(before, map), ...keysOf(after, map)])
  return [...keys]
    .map((key) => ({
      what: key,
      before: memberLevel(before, map, key, version),
      after: memberLevel(after, map, key, version),
    }))
    .filter(isAltered)
}

function isAltered({ before, after }: Alteration): boolean {
  return before !== after
}

function keysOf(content: JsonObject, map: LevelMap): string[] {
  const levels = ownValue(content, map)
  return isJsonObject(levels) ? Object.keys(levels) : []
}

/** Only `users` had to be well-formed at first; every level since room version 10. */
function checkForm(content: JsonObject, version: RoomVersion): void {
  for (const map of ['users', 'events', 'notifications'] as const) {
    const levels = ownValue(content, map)
    if (levels === undefined || (map !== 'users' && !version.integerPowerLevels)) continue
    if (!isJsonObject(levels)) reject(rule, `${map} is not an object`)
    for (const key of Object.keys(levels)) {
      if (parseLevel(levels[key], version) === undefined) reject(rule, `a level in ${map} is not an integer`)
      if (map === 'users' && !isUserId(key)) reject(rule, 'users has a key that is not a user id')
    }
  }
  if (version.integerPowerLevels) checkNamedLevels(content, version)
}

function checkNamedLevels(content: JsonObject, version: RoomVersion): void {
  for (const name of namedLevels) {
    const level = ownValue(content, name)
    if (level !== undefined && parseLevel(level, version) === undefined) reject(rule, `${name} is not an integer`)
  }
}
