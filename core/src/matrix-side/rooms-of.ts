import type { RoomId, UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { isRefusal } from './refusal.ts'
import { tellRoom } from './tell-room.ts'
import { txnIdOf } from './txn-id.ts'

/**
 * The bot was invited to one more room by this person. It stays in so many that are not bridged, and leaves the one that it
 * was in for the longest.
 */
export async function noteInvitedTo(context: BridgeContext, userId: UserId, roomId: RoomId): Promise<void> {
  const name = `pons/rooms-of/${userId}`
  await context.oneByOne.run(name, async () => {
    const kept = await context.values.get(name)
    const before = (Array.isArray(kept) ? kept : []) as RoomId[]
    const rooms = [...before.filter((one) => one !== roomId), roomId]
    await context.values.set(name, rooms)
    const idle: RoomId[] = []
    for (const one of rooms) if ((await context.portals.byRoom(one)) === undefined) idle.push(one)
    const leaving = idle.slice(0, Math.max(0, idle.length - context.settings.rooms_per_user))
    for (const one of leaving) await leave(context, one)
    await context.values.set(name, idle.slice(leaving.length))
  })
}

async function leave(context: BridgeContext, roomId: RoomId): Promise<void> {
  const { settings, connector, members, api, logger } = context
  const body = `I stay in ${settings.rooms_per_user} rooms that are not bridged for each person, and I leave this one. Invite me again when you need me here.`
  const txnId = txnIdOf('leaving', connector.info.id, roomId, context.clock.now())
  try {
    if (!(await members.joined(roomId)).has(context.botUserId)) return
    await tellRoom(context, roomId, { type: 'm.room.message', txnId, content: { msgtype: 'm.notice', body } })
    await context.users.endManagementRoom(roomId)
    await api.leave(roomId, {})
  } catch (error) {
    // It is out already.
    if (!isRefusal(error)) throw error
    logger.info({ err: error, roomId }, 'a room could not be left')
  } finally {
    members.forget(roomId)
  }
}
