import type { UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import type { CommandProcessor } from '../commands/processor.ts'
import { renderReply } from '../commands/reply.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { ensureRoom } from '../portal/create-room.ts'
import { inviteUser } from '../portal/invite-user.ts'
import { prepareAhead } from '../portal/to-remote/prepare-ahead.ts'
import { sendToRemote, type LaneTurn } from '../portal/to-remote/send-to-remote.ts'
import type { SenderNames } from '../portal/to-remote/sender-name.ts'
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
  const portal = await context.portals.byRoom(event.room_id)
  const isManagement = portal === undefined && (await context.users.isManagementRoom(event.room_id))
  const command = commands.commandIn(event, isManagement)
  if (command !== undefined) await commands.run(event, command, portal)
  else if (portal !== undefined) return await sendToRemote({ context, names }, portal, record, turn)
  else if (isInvitation(event)) await acceptInvitation(context, event)
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

function isInvitation(event: ClientEvent): boolean {
  return event.type === 'm.room.member' && event.content['membership'] === 'invite'
}

async function acceptInvitation(context: BridgeContext, event: ClientEvent): Promise<void> {
  const invited = event.state_key as UserId
  if (invited === context.botUserId) return await greet(context, event)
  const remote = context.ghosts.remoteUserOf(invited)
  if (remote !== undefined) await startPrivateChat(context, event, invited)
}

/** The bot was invited: a room of two is that person's management room. */
async function greet(context: BridgeContext, event: ClientEvent): Promise<void> {
  const roomId = event.room_id
  await context.api.join(roomId, {})
  if ((await context.api.countPresent(roomId)) > 2) return
  await context.db.transaction((tx) => context.users.setManagementRoom(tx, event.sender, roomId))
  const { displayName } = context.connector.info
  const text = `Hello. I am the ${displayName} bridge, and this is now your management room. Say \`help\` for what I can do.`
  const txnId = txnIdOf('greeting', context.connector.info.id, event.event_id)
  await context.api.send(roomId, { type: 'm.room.message', txnId, content: renderReply(text) })
}

/**
 * A ghost was invited: the person wants to talk to it. Their private chat has a room of its own, to which they are brought;
 * the ghost says so and leaves the one it was invited to.
 */
async function startPrivateChat(context: BridgeContext, event: ClientEvent, ghost: UserId): Promise<void> {
  const { openChat } = context.connector.handlers
  const remote = context.ghosts.remoteUserOf(ghost)
  const login = context.logins.ofUser(event.sender)[0]
  if (openChat === undefined || remote === undefined || login === undefined) {
    await context.api.leave(event.room_id, { actAs: ghost }, 'log in to this network first')
    return
  }
  const opened = await openChat({ identifier: remote, requestedBy: event.sender, login: login.record.id })
  const portal = await ensureRoom(context, opened.chat, opened.snapshot)
  await inviteUser(context, portal.roomId, event.sender)
  context.logger.info({ roomId: portal.roomId }, 'private chat opened by invitation')
  await context.api.leave(event.room_id, { actAs: ghost }, 'we talk in our own room')
}
