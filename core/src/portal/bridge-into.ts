import type { RoomId, UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import type { OpenedChat } from '../network/connector.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { orUndone, requireAdmissionFor } from './admission.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { openFor } from './openers.ts'
import { roomName } from './room-name.ts'

/** Bridges an opened chat into a room that is there. @throws BridgeError in words for who asks */
export async function bridgeInto(
  context: BridgeContext,
  { userId, roomId, isPlumbed }: { userId: UserId; roomId: RoomId; isPlumbed: boolean },
  opened: OpenedChat,
): Promise<PortalRecord> {
  await orUndone(opened, () => requireAdmissionFor(context, { userId, roomId }, opened))
  const known = await context.db.transaction((tx) => context.portals.ensure(tx, opened.chat))
  if (known.roomId !== undefined) throw new BridgeError(`That chat has a room already: ${roomName(context, known)}`)
  const make = (): Promise<PortalRecord> => context.portals.setRoom(known, roomId, isPlumbed)
  const made = await orUndone(opened, () => openFor(context, userId, opened.chat, make))
  context.members.forget(roomId)
  await applySnapshot(context, made, opened.snapshot)
  return made
}
