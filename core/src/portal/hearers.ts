import type { BridgeContext } from '../bridge-context.ts'
import type { LoginId } from '../network/ids.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { freshSnapshot } from './fresh-snapshot.ts'

/** Logins that hear a chat, by portal; false while their owner waits for its room. */
const hearers = new WeakMap<BridgeContext, Map<number, Map<LoginId, boolean>>>()

/**
 * What several logins hear of a shared chat is told once, and the room is made for whoever heard it first. A network may keep to
 * itself who else is in the chat (a channel's readers): that a login hears it says so of its owner.
 */
export async function noteHearers(context: BridgeContext, events: readonly RemoteEvent[]): Promise<void> {
  const chats = hearers.get(context) ?? new Map<number, Map<LoginId, boolean>>()
  hearers.set(context, chats)
  for (const { kind, chat, login } of events) {
    if (kind !== 'message' || login === undefined || chat.receiver !== undefined) continue
    const portal = await context.portals.byChat(chat)
    if (portal === undefined) continue
    const logins = chats.get(portal.nid) ?? new Map<LoginId, boolean>()
    chats.set(portal.nid, logins)
    if (logins.has(login)) continue
    logins.set(login, false)
    await bringHearers(context, portal.nid)
  }
}

/** Brings those who wait into the room, once there is one. Who has been there, or was invited, knows of it. */
export async function bringHearers(context: BridgeContext, nid: number): Promise<void> {
  const logins = hearers.get(context)?.get(nid)
  const { roomId, chat, isPlumbed } = await context.portals.byNid(nid)
  // Into a room of somebody else's nobody is brought.
  if (logins === undefined || roomId === undefined || isPlumbed) return
  for (const [login, isBrought] of logins) {
    if (isBrought) continue
    logins.set(login, true)
    const owner = context.logins.ownerOf(login)
    const isKnown = owner === undefined || (await context.api.getState(roomId, 'm.room.member', owner)) !== undefined
    if (isKnown) continue
    await context.people.bringOwner({ chat, roomId }, login)
    // What they may do there, their own login knows best.
    const snapshot = await freshSnapshot(context, chat, login)
    if (snapshot !== undefined) await applySnapshot(context, await context.portals.byNid(nid), snapshot)
  }
}
