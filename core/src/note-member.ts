import type { UserId } from '@pons/matrix'
import type { ClientEvent } from './matrix-side/client-event.ts'
import { isPersonOfMatrix, type OwnUsers } from './matrix-side/own-users.ts'
import type { NamesInRoom } from './portal/names-in-room.ts'
import type { RoomMembers } from './portal/room-members.ts'
import type { SenderNames } from './portal/to-network/sender-name.ts'

export interface NoteMemberParts {
  readonly ownUsers: OwnUsers
  readonly members: RoomMembers
  readonly namesInRoom: NamesInRoom
  readonly senderNames: SenderNames
}

/** Keeps what is known of a room's members true by a member event that was seen. */
export function noteMember(parts: NoteMemberParts, event: ClientEvent): void {
  const { ownUsers, members, namesInRoom, senderNames } = parts
  const userId = event.state_key as UserId
  senderNames.forget(event.room_id, userId)
  namesInRoom.noticed(event.room_id, userId)
  // What bot and ghosts do is known when it is done; its echo may come after the next thing they do.
  if (!isPersonOfMatrix(ownUsers, event.sender)) return
  const { membership } = event.content
  if (membership !== 'invite') members.noticed(event.room_id, userId, membership === 'join')
}
