import { isJsonObject, type RoomId, type UserId } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import type { Logins } from '../login/logins.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import type { TellRoom } from '../matrix-side/tell-room.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { NetworkConnector, OpenedChat } from '../network/connector.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { ValueStore } from '../storage/value-store.ts'
import { aliasOf, type Naming } from './alias-of.ts'
import type { BridgeInto } from './bridge-into.ts'
import type { EndPortal } from './end-portal.ts'
import type { FreshSnapshot } from './fresh-snapshot.ts'
import type { Portals } from './portals.ts'
import { requirePower, type PowerParts } from './require-power.ts'

interface FormerParts {
  readonly connector: NetworkConnector
  readonly values: ValueStore
  readonly tellRoom: TellRoom
}

export interface RemovalParts extends FormerParts {
  readonly botUserId: UserId
  readonly endPortal: EndPortal
}

export interface ResumeParts extends FormerParts, PowerParts, Naming, ReopeningParts {
  readonly portals: Portals
  readonly bridgeInto: BridgeInto
}

interface ReopeningParts {
  readonly connector: NetworkConnector
  readonly logins: Logins
  readonly freshSnapshot: FreshSnapshot
}

const keyOf = (roomId: RoomId): string => `pons/former/${roomId}`

/** The bot was put out of a portal: bridging ends, and whoever did it learns how it can go on. */
export async function endByRemoval(parts: RemovalParts, portal: PortalRecord, event: ClientEvent): Promise<void> {
  const { room_id: roomId, sender, event_id: eventId } = event
  const { connector, values, botUserId, endPortal, tellRoom } = parts
  await values.set(keyOf(roomId), { nid: portal.nid, isPlumbed: portal.isPlumbed })
  await endPortal(portal, roomId)
  if (sender === botUserId) return
  const { id, displayName } = connector.info
  const body = `I was put out of the room of ${portal.applied.name ?? portal.chat.chat}, which is no longer bridged to ${displayName}. Invite me there again, and bridging goes on.`
  const word = {
    type: 'm.room.message',
    txnId: txnIdOf('put-out', id, eventId),
    content: { msgtype: 'm.notice', body },
  }
  await tellRoom(undefined, word, sender)
}

/** The bot is back in a room that was a portal when it was put out of it. False for any other room. */
export async function resumeFormer(parts: ResumeParts, event: ClientEvent): Promise<boolean> {
  const { room_id: roomId, sender: userId, event_id: eventId } = event
  const kept = await parts.values.get(keyOf(roomId))
  if (!isJsonObject(kept) || typeof kept['nid'] !== 'number') return false
  const { id, displayName } = parts.connector.info
  const say = async (body: string): Promise<void> => {
    const txnId = txnIdOf('back', id, eventId)
    await parts.tellRoom(roomId, { type: 'm.room.message', txnId, content: { msgtype: 'm.notice', body } })
  }
  try {
    await requirePower(parts, { roomId, userId })
    const former = await parts.portals.byNid(kept['nid'])
    const isPlumbed = kept['isPlumbed'] === true
    const isBack = former.roomId === roomId
    const portal = isBack
      ? former
      : await parts.bridgeInto({ userId, roomId, isPlumbed }, await reopened(parts, former, event))
    if (!isPlumbed) await parts.api.addAlias(aliasOf(parts, portal.chat), roomId)
    await say(`This room is bridged again: what is said here reaches ${displayName} from now on.`)
    await parts.values.delete(keyOf(roomId))
  } catch (error) {
    if (!(error instanceof BridgeError) || error.isRetryable) throw error
    await say(error.message)
  }
  return true
}

/** A chat that a relay is in is entered anew; one of a login's own it is in all the time. */
async function reopened(parts: ReopeningParts, { chat }: PortalRecord, { sender }: ClientEvent): Promise<OpenedChat> {
  const { connector, logins, freshSnapshot } = parts
  const suffix = chat.receiver === undefined ? connector.aliasSuffix(chat) : undefined
  const identifier = suffix === undefined ? undefined : connector.identifierOfAlias(suffix)
  const own = logins.ofUser(sender)[0]?.record.id
  const open = connector.handlers.openChat
  if (identifier !== undefined && open !== undefined)
    return await open({ identifier, requestedBy: sender, ...(own !== undefined && { login: own }) })
  const snapshot = await freshSnapshot(chat, own)
  if (snapshot === undefined) throw new BridgeError('Nothing is connected to that chat.')
  return { chat, snapshot }
}
