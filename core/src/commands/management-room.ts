import type { Database } from '@pons/database'
import type { RoomId, UserId } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { isDirectRoom } from '../matrix-side/direct-rooms.ts'
import type { DoublePuppets } from '../matrix-side/double-puppets.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { OwnUsers } from '../matrix-side/own-users.ts'
import type { TellRoom } from '../matrix-side/tell-room.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { UserStore } from '../storage/user-store.ts'
import type { Command } from './command.ts'
import { renderReply } from './reply.ts'

export interface ManagementParts {
  readonly db: Database
  readonly users: UserStore
  readonly api: MatrixApi
}

export interface GreetingParts extends ManagementParts, DirectParts {
  readonly connector: NetworkConnector
}

interface DirectParts {
  readonly api: MatrixApi
  readonly puppets: DoublePuppets
}

export interface MindingParts {
  readonly users: UserStore
  readonly ownUsers: OwnUsers
  readonly connector: NetworkConnector
  readonly tellRoom: TellRoom
}

export const management: Command<ManagementParts> = {
  name: 'management',
  usage: 'management',
  description: 'Make this room, in which nobody else is, your management room.',
  async run({ roomId, userId, portal }, { api, db, users }) {
    if (portal !== undefined) throw new BridgeError('This room is bridged. Say `unbridge` first.')
    if (!(await isOfTwo(api, roomId))) throw new BridgeError('Others are in this room, or invited to it.')
    await db.transaction((tx) => users.setManagementRoom(tx, userId, roomId))
    return 'This is your management room now: commands need nothing in front of them here.'
  },
}

/** The bot has come into a room of two. A direct chat with it is its person's management room; any other may become a portal. */
export async function greetInRoom(parts: GreetingParts, event: ClientEvent): Promise<void> {
  const { room_id: roomId, sender, event_id: eventId } = event
  if (!(await isOfTwo(parts.api, roomId))) return
  const { displayName, commandPrefix, id } = parts.connector.info
  const isManagement = await isDirect(parts, event)
  if (isManagement) await parts.db.transaction((tx) => parts.users.setManagementRoom(tx, sender, roomId))
  const text = isManagement
    ? `Hello. I am the ${displayName} bridge, and this is now your management room. Say \`help\` for what I can do.`
    : `Hello. I am the ${displayName} bridge. \`${commandPrefix} bridge CHAT\` bridges a chat into this room, \`${commandPrefix} management\` makes it your management room, and \`${commandPrefix} help\` says what else I can do.`
  const txnId = txnIdOf('greeting', id, eventId)
  await parts.api.send(roomId, { type: 'm.room.message', txnId, content: renderReply(text) })
}

/** The invitation says so, or the person has the room among their direct messages. */
async function isDirect(
  { api, puppets }: DirectParts,
  { content, sender, room_id: roomId }: ClientEvent,
): Promise<boolean> {
  if (content['is_direct'] === true) return true
  const token = await puppets.tokenFor(sender)
  return token !== undefined && (await isDirectRoom(api, { userId: sender, token }, roomId))
}

async function isOfTwo(api: MatrixApi, roomId: RoomId): Promise<boolean> {
  return (await api.presentMembers(roomId)).length <= 2
}

/** What is said among three is not all said to the bot: a management room ends with whoever else comes, and with its own two. */
export async function mindManagementRoom(parts: MindingParts, event: ClientEvent): Promise<void> {
  const { type, state_key: key, content, room_id: roomId, event_id: eventId } = event
  if (type !== 'm.room.member' || key === undefined) return
  const owner = await parts.users.ownerOfManagementRoom(roomId)
  if (owner === undefined) return
  const isOneOfTwo = key === owner || key === parts.ownUsers.botUserId
  const isHere = content['membership'] === 'join' || content['membership'] === 'invite'
  if (isOneOfTwo) return isHere ? undefined : await parts.users.endManagementRoom(roomId)
  // A ghost says what there is to say, and goes.
  if (!isHere || parts.ownUsers.isGhost(key as UserId)) return
  await parts.users.endManagementRoom(roomId)
  const { commandPrefix, id } = parts.connector.info
  const words = `Others are here now, so this is no longer your management room: begin commands with \`${commandPrefix}\` here.`
  const txnId = txnIdOf('management-ended', id, eventId)
  await parts.tellRoom(roomId, { type: 'm.room.message', txnId, content: renderReply(words) })
}
