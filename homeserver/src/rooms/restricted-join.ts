import {
  actionPowerLevel,
  isJsonObject,
  isRoomId,
  isUserId,
  powerLevelOf,
  serverNameOf,
  type ServerName,
  type UserId,
} from '@pons/matrix'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'

/** Whether a condition of a restricted room's join rule holds for the user. */
export async function mayJoinByRoom(room: Room, userId: UserId, rooms: Rooms): Promise<boolean> {
  const rule = room.content('m.room.join_rules')
  const kind = rule?.['join_rule']
  if (kind !== 'restricted' && !(kind === 'knock_restricted' && room.version.knockRestricted)) return false
  const allow = rule?.['allow']
  if (!Array.isArray(allow)) return false
  for (const condition of allow) {
    if (!isJsonObject(condition) || condition['type'] !== 'm.room_membership' || !isRoomId(condition['room_id']))
      continue
    const other = await rooms.find(condition['room_id'])
    if (other?.state.isJoined(userId)) return true
  }
  return false
}

/** A member of this server whose level lets them invite. */
export function authorisingUser(room: Room, serverName: ServerName): UserId | undefined {
  const needed = actionPowerLevel(room.state, 'invite')
  const isFit = (userId: string): userId is UserId =>
    isUserId(userId) &&
    serverNameOf(userId) === serverName &&
    room.state.isJoined(userId) &&
    powerLevelOf(room.state, userId) >= needed
  const named = room.content('m.room.power_levels')?.['users']
  const creator = room.state.get('m.room.create', '')?.sender
  for (const userId of [...(creator ? [creator] : []), ...(isJsonObject(named) ? Object.keys(named) : [])]) {
    if (isFit(userId)) return userId
  }
  for (const userId of room.state.members('join')) if (isFit(userId)) return userId
  return undefined
}
