import { isEventId, type UserId } from '@pons/matrix'
import type { Database } from '@pons/database'
import type { Logger } from 'pino'
import type { Ghosts } from '../ghost/ghosts.ts'
import type { Logins } from '../login/logins.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { MindDoor } from '../portal/door.ts'
import type { EnterChat } from '../portal/enter-chat.ts'
import type { Portals } from '../portal/portals.ts'
import type { RoomMembers } from '../portal/room-members.ts'
import type { UserStore } from '../storage/user-store.ts'
import type { NeedsOf } from '../needs-of.ts'
import { BridgeError } from '../bridge-error.ts'
import type { CommandProcessor } from '../commands/processor.ts'
import { answerEncrypted, isEncrypted, noteEncryption, offerPlainRoom } from '../commands/encrypted-room.ts'
import { greetInRoom, mindManagementRoom } from '../commands/management-room.ts'
import { noteInvitedTo } from '../matrix-side/rooms-of.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { abandon } from '../portal/end-portal.ts'
import { arriveByInvitation, followTombstone } from '../portal/follow-tombstone.ts'
import { endByRemoval, resumeFormer } from '../portal/former-portal.ts'
import { noteJoin } from '../portal/open-for-alias.ts'
import { doorTypes } from '../portal/room-door.ts'
import { showAnew } from '../portal/show-anew.ts'
import { hasNobodyLeft, isBotGone } from '../portal/who-has-left.ts'
import { prepareAhead } from '../portal/to-network/prepare-ahead.ts'
import { sendToNetwork, type LaneTurn } from '../portal/to-network/send-to-network.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { ParkedStore } from '../storage/parked-store.ts'
import type { InboxRecord, InboxStore } from '../storage/inbox-store.ts'

type Needs = {
  readonly connector: NetworkConnector
  readonly db: Database
  readonly enterChat: EnterChat
  readonly ghosts: Ghosts
  readonly inbox: InboxStore
  readonly logger: Logger
  readonly logins: Logins
  readonly members: RoomMembers
  readonly mindDoor: MindDoor
  readonly portals: Portals
  readonly users: UserStore
} & OfRooms &
  NeedsOf<typeof prepareAhead | typeof sendToNetwork>

/** What becomes of rooms and chats. */
type OfRooms = NeedsOf<
  | typeof abandon
  | typeof answerEncrypted
  | typeof endByRemoval
  | typeof followTombstone
  | typeof greetInRoom
  | typeof hasNobodyLeft
  | typeof isBotGone
  | typeof mindManagementRoom
  | typeof noteEncryption
  | typeof noteInvitedTo
  | typeof noteJoin
  | typeof resumeFormer
  | typeof showAnew
>

export interface MatrixEventHandling {
  readonly needs: Needs
  readonly commands: CommandProcessor
}

/** Decides what one Matrix event is for: an invitation, a command, or something to carry over. */
export async function handleMatrixEvent(
  { needs, commands }: MatrixEventHandling,
  record: InboxRecord,
  turn: LaneTurn,
): Promise<void> {
  const { event } = record
  const known = await needs.portals.byRoom(event.room_id)
  if (known !== undefined) await noteJoin(needs, known, event)
  const portal = known && (await needs.portals.byRoom(event.room_id))
  if (portal === undefined) await mindManagementRoom(needs, event)
  const isManagement = portal === undefined && (await needs.users.isManagementRoom(event.room_id))
  const command = commands.commandIn(event, isManagement)
  if (command !== undefined) await commands.run(event, command, portal)
  else if (event.type === 'm.room.encryption') await noteEncryption(needs, event, portal !== undefined)
  else if (portal !== undefined && doorTypes.has(event.type)) await noteDoor(needs, portal)
  else if (isTombstone(event)) await followTombstone(needs, portal, event)
  else if (portal !== undefined && isBotGone(needs, event)) await endByRemoval(needs, portal, event)
  else if (portal !== undefined && (await hasNobodyLeft(needs, portal, event)))
    await abandon(needs, portal, event.room_id)
  else if (portal !== undefined) {
    await dropRedacted(needs, event)
    return await sendToNetwork(needs, portal, record, turn)
  } else if (isInvitation(event)) await acceptInvitation(needs, event)
  else if (event.type === 'm.room.encrypted') await answerEncrypted(needs, event)
  await needs.db.transaction((tx) => needs.inbox.markDone(tx, record.seq))
}

/** Stores ahead what the first records ask of the network; says for how many. Commands are not among them. */
export async function prepareMatrixEvents(
  { needs, commands }: MatrixEventHandling,
  records: readonly InboxRecord[],
): Promise<number> {
  const [first] = records
  const portal = first && (await needs.portals.byRoom(first.event.room_id))
  if (portal === undefined) return 0
  const firstCommand = records.findIndex(({ event }) => commands.commandIn(event, false) !== undefined)
  const plain = firstCommand === -1 ? records : records.slice(0, firstCommand)
  return await prepareAhead(needs, portal, plain)
}

/** What could not be sent and was taken back here is not to be said by a later try. */
async function dropRedacted(needs: Needs, { type, room_id: roomId, redacts, content }: ClientEvent): Promise<void> {
  const eventId = redacts ?? content['redacts']
  if (type !== 'm.room.redaction' || !isEventId(eventId)) return
  const store = new ParkedStore(needs.db, needs.connector.info.id)
  await needs.db.transaction((tx) => store.discardRedacted(tx, roomId, eventId))
}

/** Somebody has opened or closed the room of a portal. */
async function noteDoor(needs: Needs, portal: PortalRecord): Promise<void> {
  if (await needs.mindDoor(portal, { mayClose: false })) await showAnew(needs, portal)
}

function isTombstone(event: ClientEvent): boolean {
  return event.type === 'm.room.tombstone' && event.state_key === ''
}

function isInvitation(event: ClientEvent): boolean {
  return event.type === 'm.room.member' && event.content['membership'] === 'invite'
}

async function acceptInvitation(needs: Needs, event: ClientEvent): Promise<void> {
  const invited = event.state_key as UserId
  if (invited === needs.botUserId) return await greet(needs, event)
  const remote = needs.ghosts.remoteUserOf(invited)
  if (remote !== undefined) await startPrivateChat(needs, event, invited)
}

/** The bot was invited. */
async function greet(needs: Needs, event: ClientEvent): Promise<void> {
  const roomId = event.room_id
  await needs.api.join(roomId, {})
  needs.members.forget(roomId)
  if ((await arriveByInvitation(needs, roomId)) || (await resumeFormer(needs, event))) return
  await noteInvitedTo(needs, event.sender, roomId)
  if (await isEncrypted(needs, roomId)) return await offerPlainRoom(needs, roomId, event.sender)
  await greetInRoom(needs, event)
}

/**
 * A ghost was invited: the person wants to talk to it. Their private chat has a room of its own, to which they are brought;
 * the ghost says so and leaves the one it was invited to.
 */
async function startPrivateChat(needs: Needs, event: ClientEvent, ghost: UserId): Promise<void> {
  const remote = needs.ghosts.remoteUserOf(ghost)
  const login = needs.logins.ofUser(event.sender)[0]
  if (needs.connector.handlers.openChat === undefined || remote === undefined || login === undefined) {
    await needs.api.leave(event.room_id, { actAs: ghost }, 'log in to this network first')
    return
  }
  const request = { identifier: remote, requestedBy: event.sender, login: login.record.id }
  try {
    const portal = await needs.enterChat(request)
    needs.logger.info({ roomId: portal.roomId }, 'private chat opened by invitation')
  } catch (error) {
    if (!(error instanceof BridgeError) || error.isRetryable) throw error
    return await needs.api.leave(event.room_id, { actAs: ghost }, error.message)
  }
  await needs.api.leave(event.room_id, { actAs: ghost }, 'we talk in our own room')
}
