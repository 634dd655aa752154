import { BridgeError } from '../bridge-error.ts'
import type { OpenChatRequest } from '../network/connector.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { orUndone, requireAdmission, type AdmissionParts } from './admission.ts'
import { openFor, type OpenForParts } from './open-for.ts'
import type { People } from './people.ts'
import type { PortalWithRoom, RoomMaker } from './room-maker.ts'

/** Opens a chat for somebody and brings them into its room, where they may be there. @throws BridgeError in words */
export type EnterChat = (request: OpenChatRequest) => Promise<PortalRecord>

export interface EnterChatParts extends AdmissionParts, OpenForParts {
  readonly rooms: RoomMaker
  readonly people: People
}

export function chatOpener(parts: EnterChatParts): EnterChat {
  const { connector, rooms, people } = parts
  return async (request) => {
    const open = connector.handlers.openChat
    if (open === undefined) throw new BridgeError('This network has no way to open chats from here.')
    const opened = await open(request)
    await orUndone(opened, () => requireAdmission(parts, request.requestedBy, opened))
    const make = (): Promise<PortalWithRoom> => rooms.ensure(opened.chat, opened.snapshot)
    const portal = await orUndone(opened, () => openFor(parts, request.requestedBy, opened.chat, make))
    await people.invite(portal.roomId, request.requestedBy)
    return portal
  }
}
