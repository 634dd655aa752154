import type { RoomId, UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { Acting } from '../../matrix-side/matrix-api.ts'
import type { RemoteMessageId } from '../../network/ids.ts'
import type { RemoteEphemeral, RemoteReceipt } from '../../network/remote-event.ts'
import type { MessageRecord } from '../../store/message-store.ts'

/** Shows typing and receipts of whoever is in the room already; nobody joins for them. */
export async function showEphemeral(context: BridgeContext, event: RemoteEphemeral): Promise<void> {
  const portal = await context.portals.byChat(event.chat)
  if (portal?.roomId === undefined) return
  if (event.kind === 'receipt') return await showReceipt(context, portal.roomId, portal.nid, event)
  const ghost = context.ghosts.userIdOf(event.user)
  if (!(await context.members.joined(portal.roomId)).has(ghost)) return
  await context.api.setTyping(portal.roomId, ghost, event.timeoutMs)
}

async function showReceipt(context: BridgeContext, roomId: RoomId, nid: number, event: RemoteReceipt): Promise<void> {
  const acting = await readerOf(context, event)
  if (!(await context.members.joined(roomId)).has(acting.actAs)) return
  const message = await messageRead(context, nid, event.upTo)
  if (message === undefined || context.signal.aborted) return
  context.ownReceipts.note(roomId, acting.actAs, message.eventId)
  await context.api.sendReceipt(roomId, message.eventId, acting)
}

/** Somebody may have read what we sent before the network's answer to us was recorded. */
async function messageRead(
  context: BridgeContext,
  nid: number,
  id: RemoteMessageId,
): Promise<MessageRecord | undefined> {
  const known = await context.messages.byRemoteId(nid, id)
  if (known !== undefined) return known
  await context.claims.settled(nid, context.signal)
  return await context.messages.byRemoteId(nid, id)
}

/** What the login read on another device, its owner has read. */
async function readerOf(context: BridgeContext, { login, user }: RemoteReceipt): Promise<Acting & { actAs: UserId }> {
  const owner = login !== undefined && context.logins.isSelf(login, user) ? context.logins.ownerOf(login) : undefined
  const token = owner && (await context.puppets.tokenFor(owner))
  if (owner !== undefined && token !== undefined) return { actAs: owner, token }
  return { actAs: context.ghosts.userIdOf(user) }
}
