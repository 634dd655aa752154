import type { RoomId, UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import { isRefusal } from '../../matrix-side/refusal.ts'
import type { RemoteEvent } from '../../network/remote-event.ts'
import { roomLevels } from '../../matrix-side/room-levels.ts'
import { applyLevels, type LevelsParts } from '../apply-levels.ts'
import type { People } from '../people.ts'
import type { RoomMembers } from '../room-members.ts'
import type { Delivery } from './delivery.ts'

export interface MendRefusalParts extends LevelsParts, JoiningParts {
  readonly people: People
  readonly logger: Logger
}

interface JoiningParts {
  readonly members: RoomMembers
}

const sentAs: Readonly<Partial<Record<RemoteEvent['kind'], string>>> = {
  message: 'm.room.message',
  edit: 'm.room.message',
  reaction: 'm.reaction',
  redaction: 'm.room.redaction',
}

/**
 * The homeserver refused what somebody of the network said. Their network let them say it, so what they lack here is given to
 * them: a place in the room, and the level to speak. True when something was mended, and a second try is worth it.
 */
export async function mendRefusal(parts: MendRefusalParts, delivery: Delivery, error: unknown): Promise<boolean> {
  const { event, roomId } = delivery
  const type = sentAs[event.kind]
  if (!isRefusal(error) || error.errcode !== 'M_FORBIDDEN' || type === undefined || !('sender' in event)) return false
  if (event.sender === undefined) return false
  const { userId, token } = await parts.people.memberUser(delivery.portal.chat, event.sender.id)
  const hasJoined = await isJoinedAnew(parts, roomId, { userId, token })
  const hasLevel = await isRaised(parts, delivery, { userId, type })
  if (hasJoined || hasLevel) parts.logger.info({ roomId, userId, hasJoined, hasLevel }, 'refused event is tried again')
  return hasJoined || hasLevel
}

/** Somebody may have put the ghost out without our hearing of it. */
async function isJoinedAnew(
  { members }: JoiningParts,
  roomId: RoomId,
  { userId, token }: { userId: UserId; token: string | undefined },
): Promise<boolean> {
  members.forget(roomId)
  if ((await members.joined(roomId)).has(userId)) return false
  try {
    await members.ensureJoined(roomId, userId, token)
    return true
  } catch (error) {
    // Banned, or the bot may not invite: that is somebody's decision.
    if (!isRefusal(error)) throw error
    return false
  }
}

async function isRaised(
  parts: LevelsParts,
  { portal, roomId }: Delivery,
  { userId, type }: { userId: UserId; type: string },
): Promise<boolean> {
  const levels = await roomLevels(parts.api, roomId)
  const needed = levels.needed(type, false)
  if (levels.of(userId) >= needed || portal.isPlumbed) return false
  try {
    await applyLevels(parts, { ...portal, roomId }, { levels: new Map([[userId, needed]]), isComplete: false })
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    return false
  }
}
