import type { Database, Transaction } from '@pons/database'
import type { EventId, RoomId, UserId } from '@pons/matrix'
import type { Logins } from '../login/logins.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { Portals } from '../portal/portals.ts'
import { ParkedStore, type ParkedEvent, type ParkedPortal } from '../storage/parked-store.ts'
import type { Command, CommandRequest } from './command.ts'

export interface ParkedParts {
  readonly db: Database
  readonly connector: NetworkConnector
  readonly logins: Logins
  readonly members: { joined(roomId: RoomId): Promise<ReadonlySet<UserId>> }
}

export interface RetryParts extends ParkedParts {
  readonly portals: Portals
  readonly outbox: { revive(tx: Transaction, eventId: EventId): Promise<void> }
}

export const retry: Command<RetryParts> = {
  name: 'retry',
  usage: 'retry',
  description: 'Try again what of yours was given up in this room (in the management room: everywhere).',
  async run(request, parts) {
    const { roomId, portal, wake } = request
    const { store, events, portals } = await parkedFor(request, parts)
    const isHere = (row: { roomId?: string; nid?: number }): boolean =>
      portal === undefined || row.roomId === roomId || row.nid === portal.nid
    const ownEvents = events.filter(isHere)
    const ownPortals = portals.filter(isHere)
    let revived = 0
    await parts.db.transaction(async (tx) => {
      for (const { seq, eventId } of ownEvents) {
        await parts.outbox.revive(tx, eventId)
        revived += (await store.reviveEvent(tx, seq)) ? 1 : 0
      }
      for (const { nid } of ownPortals) revived += await store.revivePortal(tx, nid)
    })
    for (const room of new Set(ownEvents.map((row) => row.roomId))) wake(await parts.portals.byRoom(room), room)
    for (const { nid } of ownPortals) {
      const found = await parts.portals.byNid(nid)
      wake(found, found.roomId ?? roomId)
    }
    return revived === 0 ? 'There is nothing to retry.' : `Trying ${revived} again.`
  },
}

export const parked: Command<ParkedParts> = {
  name: 'parked',
  usage: 'parked',
  description: 'Show what of yours was given up and why.',
  async run(request, parts) {
    const { events, portals } = await parkedFor(request, parts)
    const words = (error: string): string => (request.isAdmin ? error : forPerson(error))
    const fromMatrix = events.map(({ roomId, error }) => `* ${roomId} → network: ${words(error)}`)
    const fromNetwork = portals.map(
      ({ nid, roomId, count, error }) => `* network → ${roomId ?? `portal ${nid}`}: ${count}, ${words(error)}`,
    )
    const all = [...fromMatrix, ...fromNetwork]
    return all.length === 0 ? 'Nothing was given up.' : all.slice(0, 50).join('\n')
  },
}

interface Parked {
  readonly store: ParkedStore
  readonly events: readonly ParkedEvent[]
  readonly portals: readonly ParkedPortal[]
}

/** Administrators see all of it; others what they wrote, and what was meant for rooms that they are in. */
async function parkedFor(
  { userId, isAdmin }: CommandRequest,
  { db, connector, logins, members }: ParkedParts,
): Promise<Parked> {
  const store = new ParkedStore(db, connector.info.id)
  const events = await store.events(isAdmin ? undefined : userId)
  const all = await store.portals()
  if (isAdmin) return { store, events, portals: all }
  const portals: ParkedPortal[] = []
  for (const portal of all) {
    const isOwners = portal.receiver !== undefined && logins.ownerOf(portal.receiver) === userId
    const isInRoom = portal.roomId !== undefined && (await members.joined(portal.roomId)).has(userId)
    if (isOwners || (portal.receiver === undefined && isInRoom)) portals.push(portal)
  }
  return { store, events, portals }
}

/** What is no sentence of ours may speak of the inside of the bridge. */
function forPerson(error: string): string {
  return /^\w*Error: /.test(error) ? 'it failed inside the bridge; its log says why' : error
}
