import { isJsonObject, isRoomId, type JsonObject, type RoomId, type UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { OwnUsers } from '../matrix-side/own-users.ts'
import { isRefusal } from '../matrix-side/refusal.ts'
import { roomLevels } from '../matrix-side/room-levels.ts'
import type { TellRoom } from '../matrix-side/tell-room.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { ValueStore } from '../storage/value-store.ts'
import type { Portals } from './portals.ts'
import type { RoomMembers } from './room-members.ts'
import { showAnew, type ShowAnewParts } from './show-anew.ts'
import type { Spellings } from './spellings.ts'

export interface FollowParts extends ShowAnewParts, Moving, Saying {
  readonly values: ValueStore
  readonly portals: Portals
  readonly api: MatrixApi
  readonly spellings: Spellings
}

interface Moving {
  readonly members: RoomMembers
  readonly ownUsers: OwnUsers
  readonly logger: Logger
}

interface Saying {
  readonly connector: NetworkConnector
  readonly tellRoom: TellRoom
}

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
  parts: FollowParts,
  portal: PortalRecord | undefined,
  { content, room_id: from, sender }: ClientEvent,
): Promise<void> {
  const to = content['replacement_room']
  if (typeof to !== 'string' || !isRoomId(to)) return
  const begun = readMove(to, await parts.values.get(keyOf(to)))
  const move = begun?.from === from ? begun : portal && { nid: portal.nid, from, to, sender }
  if (move === undefined || !(await mayFollow(parts, move))) return
  await parts.values.set(keyOf(to), { nid: move.nid, from, sender: move.sender })
  try {
    await parts.api.join(to, {})
  } catch (error) {
    if (!isRefusal(error)) throw error
    return await say(
      parts,
      from,
      to,
      'This room was closed, and I am not let into the next one. Invite me there, and it is bridged.',
    )
  }
  await goOver(parts, move)
}

/** The bot has come into a room. Was it waited for, to go on there? */
export async function arriveByInvitation(parts: FollowParts, to: RoomId): Promise<boolean> {
  const move = readMove(to, await parts.values.get(keyOf(to)))
  if (move === undefined) return false
  await goOver(parts, move)
  return true
}

/** One room bridges one chat. */
async function mayFollow(parts: FollowParts, { nid, to }: Move): Promise<boolean> {
  const there = await parts.portals.byRoom(to)
  return there === undefined || there.nid === nid
}

async function goOver(parts: FollowParts, move: Move): Promise<void> {
  const { nid, from, to, sender } = move
  parts.members.forget(to)
  const portal = await parts.portals.byNid(nid)
  const levels = await roomLevels(parts.api, to)
  // Else whoever may close a room could have its chat read by any other.
  const hasSay = levels.of(sender) >= levels.needed('m.room.tombstone', true)
  if (!hasSay || (portal.roomId !== from && portal.roomId !== to)) {
    await parts.api.leave(to, {})
    await say(parts, from, to, 'Who closed this room has no say in the next one, so I stay here.')
    return await parts.values.delete(keyOf(to))
  }
  const isOurs = levels.of(parts.ownUsers.botUserId) >= levels.needed('m.room.power_levels', true)
  const ghosts = await ghostsIn(parts, from)
  await parts.spellings.move(portal, to)
  const { spellings } = portal.applied
  const moved = portal.roomId === to ? portal : await parts.portals.setRoom(portal, to, portal.isPlumbed || !isOurs)
  if (spellings !== undefined) await parts.portals.setApplied(moved, { spellings })
  for (const ghost of ghosts) await orRefused(parts, () => parts.members.ensureJoined(to, ghost))
  await showAnew(parts, await parts.portals.byNid(nid))
  await say(parts, to, from, 'The chat of the room before this one is bridged here now.')
  for (const ghost of ghosts) await orRefused(parts, () => parts.members.ensureLeft(from, ghost))
  await orRefused(parts, () => parts.api.leave(from, {}))
  parts.members.forget(from)
  await parts.values.delete(keyOf(to))
  parts.logger.info({ from, to, chat: portal.chat }, 'a portal has moved')
}

async function ghostsIn({ members, ownUsers }: Moving, roomId: RoomId): Promise<readonly UserId[]> {
  try {
    return [...(await members.joined(roomId))].filter((userId) => ownUsers.isGhost(userId))
  } catch (error) {
    if (!isRefusal(error)) throw error
    return []
  }
}

async function orRefused({ logger }: Moving, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isRefusal(error)) throw error
    logger.info({ err: error }, 'not everybody could move to the next room')
  }
}

async function say({ connector, tellRoom }: Saying, roomId: RoomId, about: RoomId, body: string): Promise<void> {
  const txnId = txnIdOf('move', connector.info.id, roomId, about, body)
  await tellRoom(roomId, { type: 'm.room.message', txnId, content: { msgtype: 'm.notice', body } })
}

function readMove(to: RoomId, kept: unknown): Move | undefined {
  if (!isJsonObject(kept)) return undefined
  const { nid, from, sender } = kept as JsonObject & { from: RoomId; sender: UserId }
  return typeof nid === 'number' ? { nid, from, to, sender } : undefined
}
