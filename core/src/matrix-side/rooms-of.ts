import type { JsonValue, RoomId, UserId, Clock } from '@pons/matrix'
import type { Logger } from 'pino'
import type { NetworkConnector } from '../network/connector.ts'
import type { OneByOne } from '../queue/one-by-one.ts'
import type { BridgeSettings } from '../settings.ts'
import type { MatrixApi } from './matrix-api.ts'
import { isRefusal } from './refusal.ts'
import type { TellRoom } from './tell-room.ts'
import { txnIdOf } from './txn-id.ts'

export interface RoomsOfParts {
  readonly oneByOne: OneByOne
  readonly values: {
    get(key: string): Promise<JsonValue | undefined>
    set(key: string, value: JsonValue): Promise<void>
  }
  readonly settings: BridgeSettings
  readonly portals: { byRoom(roomId: RoomId): Promise<object | undefined> }
  readonly leaveIdle: LeaveIdle
}

/** The bot leaves a room that is not bridged, and says why. */
export type LeaveIdle = (roomId: RoomId) => Promise<void>

/**
 * The bot was invited to one more room by this person. It stays in so many that are not bridged, and leaves the one that it
 * was in for the longest.
 */
export async function noteInvitedTo(parts: RoomsOfParts, userId: UserId, roomId: RoomId): Promise<void> {
  const name = `pons/rooms-of/${userId}`
  const { oneByOne, values, settings, portals, leaveIdle } = parts
  await oneByOne.run(name, async () => {
    const kept = await values.get(name)
    const before = (Array.isArray(kept) ? kept : []) as RoomId[]
    const rooms = [...before.filter((one) => one !== roomId), roomId]
    await values.set(name, rooms)
    const idle: RoomId[] = []
    for (const one of rooms) if ((await portals.byRoom(one)) === undefined) idle.push(one)
    const leaving = idle.slice(0, Math.max(0, idle.length - settings.rooms_per_user))
    for (const one of leaving) await leaveIdle(one)
    await values.set(name, idle.slice(leaving.length))
  })
}

export interface LeavingParts {
  readonly settings: BridgeSettings
  readonly connector: NetworkConnector
  readonly members: { joined(roomId: RoomId): Promise<ReadonlySet<UserId>>; forget(roomId: RoomId): void }
  readonly users: { endManagementRoom(roomId: RoomId): Promise<void> }
  readonly api: MatrixApi
  readonly botUserId: UserId
  readonly tellRoom: TellRoom
  readonly clock: Clock
  readonly logger: Logger
}

export async function leaveIdleRoom(parts: LeavingParts, roomId: RoomId): Promise<void> {
  const { settings, connector, members, api, logger } = parts
  const body = `I stay in ${settings.rooms_per_user} rooms that are not bridged for each person, and I leave this one. Invite me again when you need me here.`
  const txnId = txnIdOf('leaving', connector.info.id, roomId, parts.clock.now())
  try {
    if (!(await members.joined(roomId)).has(parts.botUserId)) return
    await parts.tellRoom(roomId, { type: 'm.room.message', txnId, content: { msgtype: 'm.notice', body } })
    await parts.users.endManagementRoom(roomId)
    await api.leave(roomId, {})
  } catch (error) {
    // It is out already.
    if (!isRefusal(error)) throw error
    logger.info({ err: error, roomId }, 'a room could not be left')
  } finally {
    members.forget(roomId)
  }
}
