import type { RoomId, UserId } from '@pons/matrix'
import type { IsAdmin } from '../admins.ts'
import { BridgeError } from '../bridge-error.ts'
import type { Logins } from '../login/logins.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { ChatSnapshot } from '../network/chat.ts'
import type { OpenedChat } from '../network/connector.ts'
import type { Portals } from './portals.ts'
import { isOpenRoom } from './room-door.ts'

export interface AdmissionParts {
  readonly portals: Portals
  readonly api: MatrixApi
  readonly logins: Logins
  readonly isAdmin: IsAdmin
}

/**
 * May this person be brought into the room of a chat? Into a room that is open on both sides, anybody. Into another one,
 * whom the network itself let in, and whom somebody invited in Matrix: that a connection of the bridge is in the chat says
 * nothing about the person who asks. @throws BridgeError
 */
export async function requireAdmission(parts: AdmissionParts, userId: UserId, opened: OpenedChat): Promise<void> {
  const portal = await parts.portals.byChat(opened.chat)
  const roomId = portal?.roomId
  const isOpen = opened.snapshot.joinRule === 'public' && (roomId === undefined || (await isPublic(parts, roomId)))
  if (isOpen) return
  if (roomId !== undefined && (await isExpected(parts, roomId, userId))) return
  // A plumbed room is somebody else's: that the network, or the bridge, knows a person opens no door of theirs.
  const isTheirs = portal?.isPlumbed === true
  if (!isTheirs && (isAdmitted(parts, userId, opened) || (await parts.isAdmin(userId)))) return
  throw notInvited()
}

/** May this person have a chat bridged into a room of their own, where everybody who comes in reads it? @throws BridgeError */
export async function requireAdmissionFor(
  parts: AdmissionParts,
  { userId, roomId }: { userId: UserId; roomId: RoomId },
  opened: OpenedChat,
): Promise<void> {
  if (opened.snapshot.joinRule === 'public') return
  if (!isAdmitted(parts, userId, opened) && !(await parts.isAdmin(userId))) throw notInvited()
  if (await isOpenRoom(parts.api, roomId))
    throw new BridgeError('That chat is not open to everybody, and this room is. Make the room invite-only first.', {
      reason: 'm.no_permission',
    })
}

/** Where nobody is let in, nobody of the bridge stays in a chat that it went into for them. */
export async function orUndone<T>({ undo }: OpenedChat, judge: () => Promise<T>): Promise<T> {
  try {
    return await judge()
  } catch (error) {
    await undo?.()
    throw error
  }
}

/** By the network, which said so to the adapter; or because the chat is one of their own login and of nobody else. */
function isAdmitted({ logins }: AdmissionParts, userId: UserId, { chat, isAdmitted: byNetwork }: OpenedChat): boolean {
  return byNetwork === true || (chat.receiver !== undefined && logins.ownerOf(chat.receiver) === userId)
}

function notInvited(): BridgeError {
  return new BridgeError(
    'That chat is not open to everybody. Be invited to its room, or go in with a login or the key of your own.',
    { reason: 'm.no_permission' },
  )
}

/** Who comes into a chat that is not open to everybody is the network's to say, or of those who have a say there. */
export function inviteLevelOf({ inviteLevel, joinRule }: Pick<ChatSnapshot, 'inviteLevel' | 'joinRule'>): number {
  return inviteLevel ?? (joinRule === 'public' ? 0 : 50)
}

async function isPublic({ api }: AdmissionParts, roomId: RoomId): Promise<boolean> {
  return (await api.getState(roomId, 'm.room.join_rules'))?.['join_rule'] === 'public'
}

async function isExpected({ api }: AdmissionParts, roomId: RoomId, userId: UserId): Promise<boolean> {
  const membership = (await api.getState(roomId, 'm.room.member', userId))?.['membership']
  return membership === 'join' || membership === 'invite'
}
