import {
  defaultPowerLevelOf,
  isJsonObject,
  powerLevelOf,
  requiredPowerLevel,
  type AuthEvent,
  type AuthState,
  type JsonObject,
  type RoomId,
  type UserId,
} from '@pons/matrix'
import type { MatrixApi } from './matrix-api.ts'

/** The power levels of a room, as its version reads them. The one place where they are read. */
export interface RoomLevels {
  /** `m.room.power_levels` as it is; empty where the room has none. */
  readonly content: JsonObject
  /** Of whoever is not named. */
  readonly fallback: number
  /** Whoever is named. Creators of rooms since version 12 are above all names. */
  readonly named: ReadonlyMap<UserId, number>
  /** Infinity for whom no event can give or take a level. */
  of(userId: UserId): number
  needed(type: string, isState: boolean): number
}

export async function roomLevels(api: MatrixApi, roomId: RoomId): Promise<RoomLevels> {
  const content = await api.getState(roomId, 'm.room.power_levels')
  return levelsIn(await api.creationOf(roomId), content)
}

/** What other levels of the same room mean: those before a change, for one. */
export async function levelsOf(api: MatrixApi, roomId: RoomId, content: JsonObject | undefined): Promise<RoomLevels> {
  return levelsIn(await api.creationOf(roomId), content)
}

function levelsIn(create: AuthEvent | undefined, content: JsonObject | undefined): RoomLevels {
  const sender = create?.sender ?? ('' as UserId)
  const levels = content && { type: 'm.room.power_levels', state_key: '', sender, content }
  const state: AuthState = { get: (type) => (type === 'm.room.create' ? create : levels) }
  const users = content?.['users']
  const names = (isJsonObject(users) ? Object.keys(users) : []) as UserId[]
  return {
    content: content ?? {},
    fallback: defaultPowerLevelOf(state),
    named: new Map(names.map((userId) => [userId, powerLevelOf(state, userId)])),
    of: (userId) => powerLevelOf(state, userId),
    needed: (type, isState) => requiredPowerLevel(state, type, isState),
  }
}
