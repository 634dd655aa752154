import type { RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import type { DoorRecord } from '../store/applied-info.ts'
import { closeRoom, isOpenRoom, openRoom } from './room-door.ts'

interface Minding {
  /** undefined: as it was. */
  readonly joinRule?: 'public' | 'invite' | undefined
  /** A room of somebody else's that they have opened themselves is not closed again over their heads. */
  readonly mayClose: boolean
}

/**
 * Holds a chat and its room against each other: where the chat is not open to everybody, the room may not be either. It is
 * closed where the bridge has the say there; until it is closed nothing crosses. Returns true when what was cut off goes on.
 */
export async function mindDoor(context: BridgeContext, { nid }: PortalRecord, how: Minding): Promise<boolean> {
  // The lanes of both directions come here, and the second is to see what the first has done.
  return await context.oneByOne.run(`door of ${nid}`, () => mind(context, nid, how))
}

/** Does nothing cross between this chat and its room now? */
export async function isCutOff({ portals }: BridgeContext, nid: number): Promise<boolean> {
  return (await portals.byNid(nid)).applied.door?.state === 'cut-off'
}

/** What takes something away, or tells how a chat and its door are, reaches a room that is cut off, too. */
const alwaysShown: ReadonlySet<RemoteEvent['kind']> = new Set([
  'chat-info',
  'snapshot',
  'redaction',
  'reaction-removal',
])

/** Is what happened in a chat kept from its room, which is open to people who may not hear of it? */
export async function isWithheld(context: BridgeContext, nid: number, { kind }: RemoteEvent): Promise<boolean> {
  return !alwaysShown.has(kind) && (await isCutOff(context, nid))
}

/** @throws BridgeError for who said something in a room that is cut off */
export async function requireThrough(context: BridgeContext, { nid }: PortalRecord): Promise<void> {
  if (!(await isCutOff(context, nid))) return
  throw new BridgeError('the chat is open to invited people only, and this room to everybody', {
    reason: 'm.no_permission',
  })
}

async function mind(context: BridgeContext, nid: number, { joinRule, mayClose }: Minding): Promise<boolean> {
  const portal = await context.portals.byNid(nid)
  const { roomId, applied } = portal
  if (roomId === undefined) return false
  const { door } = applied
  const isClosedChat = (joinRule ?? applied.joinRule) === 'invite'
  if (isClosedChat && (isClosing(door) || (await isOpenRoom(context, roomId)))) {
    await shut(context, { ...portal, roomId }, mayClose || isClosing(door) || !portal.isPlumbed)
    return false
  }
  if (door === undefined || (isClosedChat && door.state === 'closed')) return false
  await lift(context, { ...portal, roomId }, { door, isClosedChat })
  return door.state !== 'closed'
}

/** The bridge was closing the room, and a crash cut it short. */
function isClosing(door: DoorRecord | undefined): boolean {
  return door?.state === 'cut-off' && Object.keys(door.before).length > 0
}

type WithRoom = PortalRecord & { readonly roomId: RoomId }

/** Cut off first: what the network says next is not for everybody, however long it takes to close the room. */
async function shut(context: BridgeContext, portal: WithRoom, mayClose: boolean): Promise<void> {
  const { roomId, applied } = portal
  const known = applied.door?.state === 'cut-off' ? applied.door : undefined
  let door: DoorRecord = known ?? { state: 'cut-off', sinceMs: context.clock.now(), isTold: false, before: {} }
  const keep = async (): Promise<void> => void (await context.portals.setDoor(portal, door))
  if (known === undefined) await keep()
  if (mayClose) {
    const isClosed = await closeRoom(context, roomId, async (before) => {
      door = { ...door, before: { ...before, ...door.before } }
      await keep()
    })
    if (isClosed && !portal.isPlumbed) return void (await context.portals.setDoor(portal, undefined))
    door = isClosed ? { ...door, state: 'closed', isTold: false } : { ...door, before: {} }
  }
  if (door.isTold) return await keep()
  const { displayName } = context.connector.info
  const what = `⚠ The chat on ${displayName} is open to invited people only`
  await tell(context, portal, door, `${what}, ${door.state === 'closed' ? 'and so is this room now.' : cutOffWords}`)
  door = { ...door, isTold: true }
  await keep()
}

const cutOffWords =
  'and everybody can read here. Nothing is bridged in either direction until that ends, and what is said there meanwhile is not shown here. Make this room invite-only and let me invite, or say `unbridge`.'

async function lift(
  context: BridgeContext,
  portal: WithRoom,
  { door, isClosedChat }: { door: DoorRecord; isClosedChat: boolean },
): Promise<void> {
  if (!isClosedChat && portal.isPlumbed) await openRoom(context, portal.roomId, door.before)
  if (door.state !== 'closed') {
    await context.portals.setDoor(portal, { ...door, state: 'lifted' })
    const words = `The chat on ${context.connector.info.displayName} is bridged again, from here on.`
    await tell(context, portal, door, words)
  }
  await context.portals.setDoor(portal, undefined)
}

/** Once for each turn of the door, whatever a crash cuts short. */
async function tell(
  context: BridgeContext,
  { nid, roomId }: WithRoom,
  { sinceMs }: DoorRecord,
  body: string,
): Promise<void> {
  const txnId = txnIdOf('door', context.connector.info.id, nid, sinceMs, body)
  await context.tellRoom(roomId, { type: 'm.room.message', txnId, content: { msgtype: 'm.notice', body } })
}
