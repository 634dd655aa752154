import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import type { OpenChatRequest } from '../network/connector.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { orUndone, requireAdmission } from './admission.ts'
import { ensureRoom } from './create-room.ts'
import { openFor } from './openers.ts'

/** Opens a chat for somebody and brings them into its room, where they may be there. @throws BridgeError in words */
export async function enterChat(context: BridgeContext, request: OpenChatRequest): Promise<PortalRecord> {
  const open = context.connector.handlers.openChat
  if (open === undefined) throw new BridgeError('This network has no way to open chats from here.')
  const opened = await open(request)
  await orUndone(opened, () => requireAdmission(context, request.requestedBy, opened))
  const make = (): ReturnType<typeof ensureRoom> => ensureRoom(context, opened.chat, opened.snapshot)
  const portal = await orUndone(opened, () => openFor(context, request.requestedBy, opened.chat, make))
  await context.people.invite(portal.roomId, request.requestedBy)
  return portal
}
