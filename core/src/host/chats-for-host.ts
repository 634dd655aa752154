import { isPersonOfMatrix, type OwnUsers } from '../matrix-side/own-users.ts'
import type { BridgeHost } from '../network/bridge-host.ts'
import { isKnown, type IsKnownParts } from '../portal/from-network/is-known.ts'
import type { Portals } from '../portal/portals.ts'
import type { RoomMembers } from '../portal/room-members.ts'

export interface ChatsParts extends IsKnownParts {
  readonly portals: Portals
  readonly members: RoomMembers
  readonly ownUsers: OwnUsers
}

/** What is known of the chats that have a room. */
export function chatsForHost(
  parts: ChatsParts,
): Pick<BridgeHost, 'portals' | 'matrixMembers' | 'isKnown' | 'chatsWith'> {
  const { portals, members, ownUsers } = parts
  return {
    portals: async () => (await portals.withRooms()).map(({ chat, isPlumbed }) => ({ chat, isPlumbed })),
    async matrixMembers(chat) {
      const roomId = (await portals.byChat(chat))?.roomId
      if (roomId === undefined) return []
      return [...(await members.joined(roomId))].filter((userId) => isPersonOfMatrix(ownUsers, userId))
    },
    async isKnown(chat, id, idBy) {
      const portal = await portals.byChat(chat)
      return portal !== undefined && (await isKnown(parts, portal, { id, ...(idBy !== undefined && { idBy }) }))
    },
    chatsWith: (login, id) => portals.chatsWith(login, id),
  }
}
