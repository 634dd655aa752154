import type { RoomId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { RemoteEphemeral, RemoteReceipt } from '../../network/remote-event.ts'
import { isCutOff } from '../door.ts'
import type { MessageRecord } from '../../store/message-store.ts'
import type { PortalRecord } from '../../store/portal-store.ts'
import type { MessageName } from './named-messages.ts'

/** Shows typing and receipts of whoever is in the room already; nobody joins for them. */
export async function showEphemeral(context: BridgeContext, event: RemoteEphemeral): Promise<void> {
  const portal = await context.portals.byChat(event.chat)
  if (portal?.roomId === undefined || (await isCutOff(context, portal.nid))) return
  if (event.kind === 'receipt') return await showReceipt(context, portal, portal.roomId, event)
  // Somebody who has a login and is in the room may be typing there.
  if (context.logins.ofPerson({ id: event.user }, event.chat) !== undefined) return
  const ghost = context.ghosts.userIdOf(event.user)
  if (!(await context.members.joined(portal.roomId)).has(ghost)) return
  await context.api.setTyping(portal.roomId, ghost, event.timeoutMs)
}

async function showReceipt(
  context: BridgeContext,
  portal: PortalRecord,
  roomId: RoomId,
  event: RemoteReceipt,
): Promise<void> {
  // What the person of a login read on another device, its owner has read.
  const acting = await context.people.acting(event.chat, event.user)
  if (!(await context.members.joined(roomId)).has(acting.actAs)) return
  const message = await messageRead(context, portal, { id: event.upTo, author: event.upToAuthor })
  if (message === undefined || context.signal.aborted) return
  context.ownReceipts.note(roomId, acting.actAs, message.eventId)
  await context.api.sendReceipt(roomId, message.eventId, acting)
}

/** Somebody may have read what we sent before the network's answer to us was recorded. */
async function messageRead(
  context: BridgeContext,
  portal: PortalRecord,
  name: MessageName,
): Promise<MessageRecord | undefined> {
  const known = await context.named.spokenOf(portal, name)
  if (known !== undefined) return known
  await context.sentFromHere(portal.nid)
  return await context.named.spokenOf(portal, name)
}
