import { isJsonObject, isRoomId, type JsonObject, type RoomId, type UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { isRefusal } from '../matrix-side/refusal.ts'
import { roomLevels } from '../matrix-side/room-levels.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { showAnew } from './show-anew.ts'
import { moveAliases } from './spellings.ts'

interface Move {
  readonly nid: number
  readonly from: RoomId
  readonly to: RoomId
  /** Who closed the old room. */
  readonly sender: UserId
}

/** Kept until the move is over: while the next room lets nobody in, and through a crash. */
const keyOf = (to: RoomId): string => `pons/move/${to}`

/** A room was closed in favour of another one: the portal goes there, with its ghosts. */
export async function followTombstone(
  context: BridgeContext,
  portal: PortalRecord | undefined,
  { content, room_id: from, sender }: ClientEvent,
): Promise<void> {
  const to = content['replacement_room']
  if (typeof to !== 'string' || !isRoomId(to)) return
  const begun = readMove(to, await context.values.get(keyOf(to)))
  const move = begun?.from === from ? begun : portal && { nid: portal.nid, from, to, sender }
  if (move === undefined || !(await mayFollow(context, move))) return
  await context.values.set(keyOf(to), { nid: move.nid, from, sender: move.sender })
  try {
    await context.api.join(to, {})
  } catch (error) {
    if (!isRefusal(error)) throw error
    return await say(
      context,
      from,
      to,
      'This room was closed, and I am not let into the next one. Invite me there, and it is bridged.',
    )
  }
  await goOver(context, move)
}

/** The bot has come into a room. Was it waited for, to go on there? */
export async function arriveByInvitation(context: BridgeContext, to: RoomId): Promise<boolean> {
  const move = readMove(to, await context.values.get(keyOf(to)))
  if (move === undefined) return false
  await goOver(context, move)
  return true
}

/** One room bridges one chat. */
async function mayFollow(context: BridgeContext, { nid, to }: Move): Promise<boolean> {
  const there = await context.portals.byRoom(to)
  return there === undefined || there.nid === nid
}

async function goOver(context: BridgeContext, move: Move): Promise<void> {
  const { nid, from, to, sender } = move
  context.members.forget(to)
  const portal = await context.portals.byNid(nid)
  const levels = await roomLevels(context.api, to)
  // Else whoever may close a room could have its chat read by any other.
  const hasSay = levels.of(sender) >= levels.needed('m.room.tombstone', true)
  if (!hasSay || (portal.roomId !== from && portal.roomId !== to)) {
    await context.api.leave(to, {})
    await say(context, from, to, 'Who closed this room has no say in the next one, so I stay here.')
    return await context.values.delete(keyOf(to))
  }
  const isOurs = levels.of(context.botUserId) >= levels.needed('m.room.power_levels', true)
  const ghosts = await ghostsIn(context, from)
  await moveAliases(context, portal, to)
  const { spellings } = portal.applied
  const moved = portal.roomId === to ? portal : await context.portals.setRoom(portal, to, portal.isPlumbed || !isOurs)
  if (spellings !== undefined) await context.portals.setApplied(moved, { spellings })
  for (const ghost of ghosts) await orRefused(context, () => context.members.ensureJoined(to, ghost))
  await showAnew(context, await context.portals.byNid(nid))
  await say(context, to, from, 'The chat of the room before this one is bridged here now.')
  for (const ghost of ghosts) await orRefused(context, () => context.members.ensureLeft(from, ghost))
  await orRefused(context, () => context.api.leave(from, {}))
  context.members.forget(from)
  await context.values.delete(keyOf(to))
  context.logger.info({ from, to, chat: portal.chat }, 'a portal has moved')
}

async function ghostsIn({ members, ghosts }: BridgeContext, roomId: RoomId): Promise<readonly UserId[]> {
  try {
    return [...(await members.joined(roomId))].filter((userId) => ghosts.isGhost(userId))
  } catch (error) {
    if (!isRefusal(error)) throw error
    return []
  }
}

async function orRefused(context: BridgeContext, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isRefusal(error)) throw error
    context.logger.info({ err: error }, 'not everybody could move to the next room')
  }
}

async function say(context: BridgeContext, roomId: RoomId, about: RoomId, body: string): Promise<void> {
  const txnId = txnIdOf('move', context.connector.info.id, roomId, about, body)
  await context.tellRoom(roomId, { type: 'm.room.message', txnId, content: { msgtype: 'm.notice', body } })
}

function readMove(to: RoomId, kept: unknown): Move | undefined {
  if (!isJsonObject(kept)) return undefined
  const { nid, from, sender } = kept as JsonObject & { from: RoomId; sender: UserId }
  return typeof nid === 'number' ? { nid, from, to, sender } : undefined
}
