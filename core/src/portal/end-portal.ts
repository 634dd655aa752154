import type { RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { isRefusal } from '../matrix-side/refusal.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { removeAliases } from './spellings.ts'

/** The room is a portal no more: whoever of the bridge is in the chat leaves it, and the ghosts leave the room. */
export async function endPortal(context: BridgeContext, portal: PortalRecord, roomId: RoomId): Promise<void> {
  await context.connector.handlers.closeChat?.(portal.chat)
  await withdraw(context, roomId)
  await removeAliases(context, portal)
  await context.portals.setRoom(portal, undefined)
  context.members.forget(roomId)
}

async function withdraw(context: BridgeContext, roomId: RoomId): Promise<void> {
  try {
    const joined = await context.members.joined(roomId)
    const ghosts = [...joined].filter((userId) => context.ghosts.isGhost(userId))
    for (const ghost of ghosts) await context.members.ensureLeft(roomId, ghost)
  } catch (error) {
    // The bot may be out of the room already, and its ghosts with it.
    if (!isRefusal(error)) throw error
    context.logger.info({ err: error, roomId }, 'ghosts could not leave a room')
  }
}

/** Was the bot put out of the room, or has it left? */
export function isBotGone({ botUserId }: BridgeContext, event: ClientEvent): boolean {
  return isGone(event) && event.state_key === botUserId
}

/** Has the last person left a room in which a connection of the bridge reads along for them? Nobody hears it any more. */
export async function hasNobodyLeft(
  context: BridgeContext,
  portal: PortalRecord,
  event: ClientEvent,
): Promise<boolean> {
  if (!isGone(event)) return false
  const isShared = portal.chat.receiver === undefined && context.relays.of(portal.chat) !== undefined
  const { applied } = await context.portals.byNid(portal.nid)
  // That a connection got into a closed chat for somebody gives it no right to go on listening.
  const isKept = applied.joinRule !== 'invite' && context.connector.handlers.isKept?.(portal.chat) === true
  if (!isShared || isKept) return false
  const present = await context.api.presentMembers(event.room_id)
  return present.every((member) => member === context.botUserId || context.ghosts.isGhost(member))
}

function isGone({ type, content }: ClientEvent): boolean {
  return type === 'm.room.member' && (content['membership'] === 'leave' || content['membership'] === 'ban')
}

/** Ends a portal that nobody has asked to end. A room without people is left. */
export async function abandon(context: BridgeContext, portal: PortalRecord, roomId: RoomId): Promise<void> {
  context.logger.info({ roomId, chat: portal.chat }, 'nobody is left in the room of this chat')
  await endPortal(context, portal, roomId)
  await context.api.leave(roomId, {})
}
