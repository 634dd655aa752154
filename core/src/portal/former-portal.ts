import { isJsonObject, type RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { OpenedChat } from '../network/connector.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { bridgeInto } from './bridge-into.ts'
import { aliasOf } from './alias-of.ts'
import { endPortal } from './end-portal.ts'
import { freshSnapshot } from './fresh-snapshot.ts'
import { requirePower } from './require-power.ts'

const keyOf = (roomId: RoomId): string => `pons/former/${roomId}`

/** The bot was put out of a portal: bridging ends, and whoever did it learns how it can go on. */
export async function endByRemoval(context: BridgeContext, portal: PortalRecord, event: ClientEvent): Promise<void> {
  const { room_id: roomId, sender, event_id: eventId } = event
  const { connector, values, botUserId } = context
  await values.set(keyOf(roomId), { nid: portal.nid, isPlumbed: portal.isPlumbed })
  await endPortal(context, portal, roomId)
  if (sender === botUserId) return
  const { id, displayName } = connector.info
  const body = `I was put out of the room of ${portal.applied.name ?? portal.chat.chat}, which is no longer bridged to ${displayName}. Invite me there again, and bridging goes on.`
  const word = {
    type: 'm.room.message',
    txnId: txnIdOf('put-out', id, eventId),
    content: { msgtype: 'm.notice', body },
  }
  await context.tellRoom(undefined, word, sender)
}

/** The bot is back in a room that was a portal when it was put out of it. False for any other room. */
export async function resumeFormer(context: BridgeContext, event: ClientEvent): Promise<boolean> {
  const { room_id: roomId, sender: userId, event_id: eventId } = event
  const kept = await context.values.get(keyOf(roomId))
  if (!isJsonObject(kept) || typeof kept['nid'] !== 'number') return false
  const { id, displayName } = context.connector.info
  const say = async (body: string): Promise<void> => {
    const txnId = txnIdOf('back', id, eventId)
    await context.tellRoom(roomId, { type: 'm.room.message', txnId, content: { msgtype: 'm.notice', body } })
  }
  try {
    await requirePower(context, { roomId, userId })
    const former = await context.portals.byNid(kept['nid'])
    const isPlumbed = kept['isPlumbed'] === true
    const isBack = former.roomId === roomId
    const portal = isBack
      ? former
      : await bridgeInto(context, { userId, roomId, isPlumbed }, await reopened(context, former, event))
    if (!isPlumbed) await context.api.addAlias(aliasOf(context, portal.chat), roomId)
    await say(`This room is bridged again: what is said here reaches ${displayName} from now on.`)
    await context.values.delete(keyOf(roomId))
  } catch (error) {
    if (!(error instanceof BridgeError) || error.isRetryable) throw error
    await say(error.message)
  }
  return true
}

/** A chat that a relay is in is entered anew; one of a login's own it is in all the time. */
async function reopened(context: BridgeContext, { chat }: PortalRecord, { sender }: ClientEvent): Promise<OpenedChat> {
  const { connector, logins } = context
  const suffix = chat.receiver === undefined ? connector.aliasSuffix(chat) : undefined
  const identifier = suffix === undefined ? undefined : connector.identifierOfAlias(suffix)
  const own = logins.ofUser(sender)[0]?.record.id
  const open = connector.handlers.openChat
  if (identifier !== undefined && open !== undefined)
    return await open({ identifier, requestedBy: sender, ...(own !== undefined && { login: own }) })
  const snapshot = await freshSnapshot(context, chat, own)
  if (snapshot === undefined) throw new BridgeError('Nothing is connected to that chat.')
  return { chat, snapshot }
}
