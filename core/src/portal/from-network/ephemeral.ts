import type { RoomId } from '@pons/matrix'
import type { Ghosts } from '../../ghost/ghosts.ts'
import type { Logins } from '../../login/logins.ts'
import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import type { OwnReceipts } from '../../matrix-side/own-receipts.ts'
import type { RemoteEphemeral, RemoteReceipt } from '../../network/remote-event.ts'
import { isCutOff } from '../door.ts'
import type { MessageRecord } from '../../storage/message-store.ts'
import type { PortalRecord } from '../../storage/portal-store.ts'
import type { People } from '../people.ts'
import type { Portals } from '../portals.ts'
import type { RoomMembers } from '../room-members.ts'
import type { MessageName, NamedMessages } from './named-messages.ts'

export interface EphemeralParts {
  readonly portals: Portals
  readonly logins: Logins
  readonly ghosts: Ghosts
  readonly members: RoomMembers
  readonly people: People
  readonly named: NamedMessages
  readonly api: MatrixApi
  readonly ownReceipts: OwnReceipts
  /** Resolves when what is under way to the network by now is recorded. */
  readonly sentFromHere: (portalNid: number) => Promise<void>
  readonly signal: AbortSignal
}

/** Shows typing and receipts of whoever is in the room already; nobody joins for them. */
export async function showEphemeral(parts: EphemeralParts, event: RemoteEphemeral): Promise<void> {
  const portal = await parts.portals.byChat(event.chat)
  if (portal?.roomId === undefined || (await isCutOff(parts, portal.nid))) return
  if (event.kind === 'receipt') return await showReceipt(parts, portal, portal.roomId, event)
  // Somebody who has a login and is in the room may be typing there.
  if (parts.logins.ofPerson({ id: event.user }, event.chat) !== undefined) return
  const ghost = parts.ghosts.userIdOf(event.user)
  if (!(await parts.members.joined(portal.roomId)).has(ghost)) return
  await parts.api.setTyping(portal.roomId, ghost, event.timeoutMs)
}

async function showReceipt(
  parts: EphemeralParts,
  portal: PortalRecord,
  roomId: RoomId,
  event: RemoteReceipt,
): Promise<void> {
  // What the person of a login read on another device, its owner has read.
  const acting = await parts.people.acting(event.chat, event.user)
  if (!(await parts.members.joined(roomId)).has(acting.actAs)) return
  const message = await messageRead(parts, portal, { id: event.upTo, author: event.upToAuthor })
  if (message === undefined || parts.signal.aborted) return
  parts.ownReceipts.note(roomId, acting.actAs, message.eventId)
  await parts.api.sendReceipt(roomId, message.eventId, acting)
}

/** Somebody may have read what we sent before the network's answer to us was recorded. */
async function messageRead(
  parts: EphemeralParts,
  portal: PortalRecord,
  name: MessageName,
): Promise<MessageRecord | undefined> {
  const known = await parts.named.spokenOf(portal, name)
  if (known !== undefined) return known
  await parts.sentFromHere(portal.nid)
  return await parts.named.spokenOf(portal, name)
}
