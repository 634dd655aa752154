import { isEventId, type UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import type { CommandProcessor } from '../commands/processor.ts'
import { answerEncrypted, isEncrypted, noteEncryption, offerPlainRoom } from '../commands/encrypted-room.ts'
import { greetInRoom, mindManagementRoom } from '../commands/management-room.ts'
import { noteInvitedTo } from '../matrix-side/rooms-of.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { abandon, hasNobodyLeft, isBotGone } from '../portal/end-portal.ts'
import { arriveByInvitation, followTombstone } from '../portal/follow-tombstone.ts'
import { endByRemoval, resumeFormer } from '../portal/former-portal.ts'
import { mindDoor } from '../portal/door.ts'
import { enterChat } from '../portal/enter-chat.ts'
import { noteJoin } from '../portal/openers.ts'
import { doorTypes } from '../portal/room-door.ts'
import { showAnew } from '../portal/show-anew.ts'
import { prepareAhead } from '../portal/to-remote/prepare-ahead.ts'
import { sendToRemote, type LaneTurn } from '../portal/to-remote/send-to-remote.ts'
import type { SenderNames } from '../portal/to-remote/sender-name.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { ParkedStore } from '../store/parked-store.ts'
import type { InboxRecord } from '../store/inbox-store.ts'

export interface MatrixEventHandling {
  readonly context: BridgeContext
  readonly commands: CommandProcessor
  readonly names: SenderNames
}

/** Decides what one Matrix event is for: an invitation, a command, or something to carry over. */
export async function handleMatrixEvent(
  { context, commands, names }: MatrixEventHandling,
  record: InboxRecord,
  turn: LaneTurn,
): Promise<void> {
  const { event } = record
  const known = await context.portals.byRoom(event.room_id)
  if (known !== undefined) await noteJoin(context, known, event)
  const portal = known && (await context.portals.byRoom(event.room_id))
  if (portal === undefined) await mindManagementRoom(context, event)
  const isManagement = portal === undefined && (await context.users.isManagementRoom(event.room_id))
  const command = commands.commandIn(event, isManagement)
  if (command !== undefined) await commands.run(event, command, portal)
  else if (event.type === 'm.room.encryption') await noteEncryption(context, event, portal !== undefined)
  else if (portal !== undefined && doorTypes.has(event.type)) await noteDoor(context, portal)
  else if (isTombstone(event)) await followTombstone(context, portal, event)
  else if (portal !== undefined && isBotGone(context, event)) await endByRemoval(context, portal, event)
  else if (portal !== undefined && (await hasNobodyLeft(context, portal, event)))
    await abandon(context, portal, event.room_id)
  else if (portal !== undefined) {
    await dropRedacted(context, event)
    return await sendToRemote({ context, names }, portal, record, turn)
  } else if (isInvitation(event)) await acceptInvitation(context, event)
  else if (event.type === 'm.room.encrypted') await answerEncrypted(context, event)
  await context.db.transaction((tx) => context.inbox.markDone(tx, record.seq))
}

/** Stores ahead what the first records ask of the network; says for how many. Commands are not among them. */
export async function prepareMatrixEvents(
  { context, commands, names }: MatrixEventHandling,
  records: readonly InboxRecord[],
): Promise<number> {
  const [first] = records
  const portal = first && (await context.portals.byRoom(first.event.room_id))
  if (portal === undefined) return 0
  const firstCommand = records.findIndex(({ event }) => commands.commandIn(event, false) !== undefined)
  const plain = firstCommand === -1 ? records : records.slice(0, firstCommand)
  return await prepareAhead({ context, names }, portal, plain)
}

/** What could not be sent and was taken back here is not to be said by a later try. */
async function dropRedacted(
  context: BridgeContext,
  { type, room_id: roomId, redacts, content }: ClientEvent,
): Promise<void> {
  const eventId = redacts ?? content['redacts']
  if (type !== 'm.room.redaction' || !isEventId(eventId)) return
  const store = new ParkedStore(context.db, context.connector.info.id)
  await context.db.transaction((tx) => store.discardRedacted(tx, roomId, eventId))
}

/** Somebody has opened or closed the room of a portal. */
async function noteDoor(context: BridgeContext, portal: PortalRecord): Promise<void> {
  if (await mindDoor(context, portal, { mayClose: false })) await showAnew(context, portal)
}

function isTombstone(event: ClientEvent): boolean {
  return event.type === 'm.room.tombstone' && event.state_key === ''
}

function isInvitation(event: ClientEvent): boolean {
  return event.type === 'm.room.member' && event.content['membership'] === 'invite'
}

async function acceptInvitation(context: BridgeContext, event: ClientEvent): Promise<void> {
  const invited = event.state_key as UserId
  if (invited === context.botUserId) return await greet(context, event)
  const remote = context.ghosts.remoteUserOf(invited)
  if (remote !== undefined) await startPrivateChat(context, event, invited)
}

/** The bot was invited. */
async function greet(context: BridgeContext, event: ClientEvent): Promise<void> {
  const roomId = event.room_id
  await context.api.join(roomId, {})
  context.members.forget(roomId)
  if ((await arriveByInvitation(context, roomId)) || (await resumeFormer(context, event))) return
  await noteInvitedTo(context, event.sender, roomId)
  if (await isEncrypted(context, roomId)) return await offerPlainRoom(context, roomId, event.sender)
  await greetInRoom(context, event)
}

/**
 * A ghost was invited: the person wants to talk to it. Their private chat has a room of its own, to which they are brought;
 * the ghost says so and leaves the one it was invited to.
 */
async function startPrivateChat(context: BridgeContext, event: ClientEvent, ghost: UserId): Promise<void> {
  const remote = context.ghosts.remoteUserOf(ghost)
  const login = context.logins.ofUser(event.sender)[0]
  if (context.connector.handlers.openChat === undefined || remote === undefined || login === undefined) {
    await context.api.leave(event.room_id, { actAs: ghost }, 'log in to this network first')
    return
  }
  const request = { identifier: remote, requestedBy: event.sender, login: login.record.id }
  try {
    const portal = await enterChat(context, request)
    context.logger.info({ roomId: portal.roomId }, 'private chat opened by invitation')
  } catch (error) {
    if (!(error instanceof BridgeError) || error.isRetryable) throw error
    return await context.api.leave(event.room_id, { actAs: ghost }, error.message)
  }
  await context.api.leave(event.room_id, { actAs: ghost }, 'we talk in our own room')
}
