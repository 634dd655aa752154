import type { RoomId, Clock } from '@pons/matrix'
import type { Logger } from 'pino'
import { BridgeError } from '../bridge-error.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { TellRoom } from '../matrix-side/tell-room.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { DoorRecord } from '../storage/applied-info.ts'
import type { OneByOne } from '../queue/one-by-one.ts'
import type { Portals } from './portals.ts'
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
export type MindDoor = (portal: PortalRecord, how: Minding) => Promise<boolean>

export interface DoorParts {
  readonly portals: Portals
  readonly api: MatrixApi
  readonly connector: NetworkConnector
  readonly oneByOne: OneByOne
  readonly tellRoom: TellRoom
  readonly clock: Clock
  readonly logger: Logger
}

export function doorMinder(parts: DoorParts): MindDoor {
  // The lanes of both directions come here, and the second is to see what the first has done.
  return async ({ nid }, how) => await parts.oneByOne.run(`door of ${nid}`, () => mind(parts, nid, how))
}

/** For who asks only whether something crosses. */
interface Known {
  readonly portals: Portals
}

/** Does nothing cross between this chat and its room now? */
export async function isCutOff({ portals }: Known, nid: number): Promise<boolean> {
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
export async function isWithheld(known: Known, nid: number, { kind }: RemoteEvent): Promise<boolean> {
  return !alwaysShown.has(kind) && (await isCutOff(known, nid))
}

/** @throws BridgeError for who said something in a room that is cut off */
export async function requireThrough(known: Known, { nid }: PortalRecord): Promise<void> {
  if (!(await isCutOff(known, nid))) return
  throw new BridgeError('the chat is open to invited people only, and this room to everybody', {
    reason: 'm.no_permission',
  })
}

async function mind(parts: DoorParts, nid: number, { joinRule, mayClose }: Minding): Promise<boolean> {
  const portal = await parts.portals.byNid(nid)
  const { roomId, applied } = portal
  if (roomId === undefined) return false
  const { door } = applied
  const isClosedChat = (joinRule ?? applied.joinRule) === 'invite'
  if (isClosedChat && (isClosing(door) || (await isOpenRoom(parts.api, roomId)))) {
    await shut(parts, { ...portal, roomId }, mayClose || isClosing(door) || !portal.isPlumbed)
    return false
  }
  if (door === undefined || (isClosedChat && door.state === 'closed')) return false
  await lift(parts, { ...portal, roomId }, { door, isClosedChat })
  return door.state !== 'closed'
}

/** The bridge was closing the room, and a crash cut it short. */
function isClosing(door: DoorRecord | undefined): boolean {
  return door?.state === 'cut-off' && Object.keys(door.before).length > 0
}

type WithRoom = PortalRecord & { readonly roomId: RoomId }

/** Cut off first: what the network says next is not for everybody, however long it takes to close the room. */
async function shut(parts: DoorParts, portal: WithRoom, mayClose: boolean): Promise<void> {
  const { roomId, applied } = portal
  const known = applied.door?.state === 'cut-off' ? applied.door : undefined
  let door: DoorRecord = known ?? { state: 'cut-off', sinceMs: parts.clock.now(), isTold: false, before: {} }
  const keep = async (): Promise<void> => void (await parts.portals.setDoor(portal, door))
  if (known === undefined) await keep()
  if (mayClose) {
    const isClosed = await closeRoom(parts, roomId, async (before) => {
      door = { ...door, before: { ...before, ...door.before } }
      await keep()
    })
    if (isClosed && !portal.isPlumbed) return void (await parts.portals.setDoor(portal, undefined))
    door = isClosed ? { ...door, state: 'closed', isTold: false } : { ...door, before: {} }
  }
  if (door.isTold) return await keep()
  const { displayName } = parts.connector.info
  const what = `⚠ The chat on ${displayName} is open to invited people only`
  await tell(parts, portal, door, `${what}, ${door.state === 'closed' ? 'and so is this room now.' : cutOffWords}`)
  door = { ...door, isTold: true }
  await keep()
}

const cutOffWords =
  'and everybody can read here. Nothing is bridged in either direction until that ends, and what is said there meanwhile is not shown here. Make this room invite-only and let me invite, or say `unbridge`.'

async function lift(
  parts: DoorParts,
  portal: WithRoom,
  { door, isClosedChat }: { door: DoorRecord; isClosedChat: boolean },
): Promise<void> {
  if (!isClosedChat && portal.isPlumbed) await openRoom(parts, portal.roomId, door.before)
  if (door.state !== 'closed') {
    await parts.portals.setDoor(portal, { ...door, state: 'lifted' })
    const words = `The chat on ${parts.connector.info.displayName} is bridged again, from here on.`
    await tell(parts, portal, door, words)
  }
  await parts.portals.setDoor(portal, undefined)
}

/** Once for each turn of the door, whatever a crash cuts short. */
async function tell(parts: DoorParts, { nid, roomId }: WithRoom, { sinceMs }: DoorRecord, body: string): Promise<void> {
  const txnId = txnIdOf('door', parts.connector.info.id, nid, sinceMs, body)
  await parts.tellRoom(roomId, { type: 'm.room.message', txnId, content: { msgtype: 'm.notice', body } })
}
