import { ParkedStore, type ParkedEvent, type ParkedPortal } from '../store/parked-store.ts'
import type { Command, CommandRequest } from './command.ts'

export const retry: Command = {
  name: 'retry',
  usage: 'retry',
  description: 'Try again what of yours was given up in this room (in the management room: everywhere).',
  async run(request) {
    const { context, roomId, portal, wake } = request
    const { store, events, portals } = await parkedFor(request)
    const isHere = (row: { roomId?: string; nid?: number }): boolean =>
      portal === undefined || row.roomId === roomId || row.nid === portal.nid
    const ownEvents = events.filter(isHere)
    const ownPortals = portals.filter(isHere)
    let revived = 0
    await context.db.transaction(async (tx) => {
      for (const { seq, eventId } of ownEvents) {
        await context.outbox.revive(tx, eventId)
        revived += (await store.reviveEvent(tx, seq)) ? 1 : 0
      }
      for (const { nid } of ownPortals) revived += await store.revivePortal(tx, nid)
    })
    for (const room of new Set(ownEvents.map((row) => row.roomId))) wake(await context.portals.byRoom(room), room)
    for (const { nid } of ownPortals) {
      const found = await context.portals.byNid(nid)
      wake(found, found.roomId ?? roomId)
    }
    return revived === 0 ? 'There is nothing to retry.' : `Trying ${revived} again.`
  },
}

export const parked: Command = {
  name: 'parked',
  usage: 'parked',
  description: 'Show what of yours was given up and why.',
  async run(request) {
    const { events, portals } = await parkedFor(request)
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
async function parkedFor({ context, userId, isAdmin }: CommandRequest): Promise<Parked> {
  const store = new ParkedStore(context.db, context.connector.info.id)
  const events = await store.events(isAdmin ? undefined : userId)
  const all = await store.portals()
  if (isAdmin) return { store, events, portals: all }
  const portals: ParkedPortal[] = []
  for (const portal of all) {
    const isOwners = portal.receiver !== undefined && context.logins.ownerOf(portal.receiver) === userId
    const isInRoom = portal.roomId !== undefined && (await context.members.joined(portal.roomId)).has(userId)
    if (isOwners || (portal.receiver === undefined && isInRoom)) portals.push(portal)
  }
  return { store, events, portals }
}

/** What is no sentence of ours may speak of the inside of the bridge. */
function forPerson(error: string): string {
  return /^\w*Error: /.test(error) ? 'it failed inside the bridge; its log says why' : error
}
