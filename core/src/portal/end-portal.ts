import type { RoomId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { OwnUsers } from '../matrix-side/own-users.ts'
import { isRefusal } from '../matrix-side/refusal.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { Portals } from './portals.ts'
import type { RoomMembers } from './room-members.ts'
import type { Spellings } from './spellings.ts'

/** The room is a portal no more: whoever of the bridge is in the chat leaves it, and the ghosts leave the room. */
export type EndPortal = (portal: PortalRecord, roomId: RoomId) => Promise<void>

export interface EndPortalParts {
  readonly connector: NetworkConnector
  readonly portals: Portals
  readonly members: RoomMembers
  readonly ownUsers: OwnUsers
  readonly spellings: Spellings
  readonly logger: Logger
}

export function portalEnder(parts: EndPortalParts): EndPortal {
  return async (portal, roomId) => {
    await parts.connector.handlers.closeChat?.(portal.chat)
    await withdraw(parts, roomId)
    await parts.spellings.remove(portal)
    await parts.portals.setRoom(portal, undefined)
    parts.members.forget(roomId)
  }
}

async function withdraw({ members, ownUsers, logger }: EndPortalParts, roomId: RoomId): Promise<void> {
  try {
    const joined = await members.joined(roomId)
    const ghosts = [...joined].filter((userId) => ownUsers.isGhost(userId))
    for (const ghost of ghosts) await members.ensureLeft(roomId, ghost)
  } catch (error) {
    // The bot may be out of the room already, and its ghosts with it.
    if (!isRefusal(error)) throw error
    logger.info({ err: error, roomId }, 'ghosts could not leave a room')
  }
}

export interface AbandonParts {
  readonly api: MatrixApi
  readonly endPortal: EndPortal
  readonly logger: Logger
}

/** Ends a portal that nobody has asked to end. A room without people is left. */
export async function abandon(
  { api, endPortal, logger }: AbandonParts,
  portal: PortalRecord,
  roomId: RoomId,
): Promise<void> {
  logger.info({ roomId, chat: portal.chat }, 'nobody is left in the room of this chat')
  await endPortal(portal, roomId)
  await api.leave(roomId, {})
}
