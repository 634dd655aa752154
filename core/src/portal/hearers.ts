import type { Logins } from '../login/logins.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { LoginId } from '../network/ids.ts'
import type { RemoteEvent } from '../network/remote-event.ts'
import type { ApplySnapshot } from './apply-snapshot.ts'
import type { FreshSnapshot } from './fresh-snapshot.ts'
import type { People } from './people.ts'
import type { Portals } from './portals.ts'

export interface HearersParts {
  readonly portals: Portals
  readonly logins: Logins
  readonly people: People
  readonly api: MatrixApi
  readonly freshSnapshot: FreshSnapshot
  readonly applySnapshot: ApplySnapshot
}

/**
 * What several logins hear of a shared chat is told once, and the room is made for whoever heard it first. A network may keep to
 * itself who else is in the chat (a channel's readers): that a login hears it says so of its owner.
 */
export class Hearers {
  readonly #parts: HearersParts
  /** Logins that hear a chat, by portal; false while their owner waits for its room. */
  readonly #chats = new Map<number, Map<LoginId, boolean>>()

  constructor(parts: HearersParts) {
    this.#parts = parts
  }

  async note(events: readonly RemoteEvent[]): Promise<void> {
    for (const { kind, chat, login } of events) {
      if (kind !== 'message' || login === undefined || chat.receiver !== undefined) continue
      const portal = await this.#parts.portals.byChat(chat)
      if (portal === undefined) continue
      const logins = this.#chats.get(portal.nid) ?? new Map<LoginId, boolean>()
      this.#chats.set(portal.nid, logins)
      if (logins.has(login)) continue
      logins.set(login, false)
      await this.bring(portal.nid)
    }
  }

  /** Brings those who wait into the room, once there is one. Who has been there, or was invited, knows of it. */
  async bring(nid: number): Promise<void> {
    const { portals, logins, people, api, freshSnapshot, applySnapshot } = this.#parts
    const hearing = this.#chats.get(nid)
    const { roomId, chat, isPlumbed } = await portals.byNid(nid)
    // Into a room of somebody else's nobody is brought.
    if (hearing === undefined || roomId === undefined || isPlumbed) return
    for (const [login, isBrought] of hearing) {
      if (isBrought) continue
      hearing.set(login, true)
      const owner = logins.ownerOf(login)
      const isKnown = owner === undefined || (await api.getState(roomId, 'm.room.member', owner)) !== undefined
      if (isKnown) continue
      await people.bringOwner({ chat, roomId }, login)
      // What they may do there, their own login knows best.
      const snapshot = await freshSnapshot(chat, login)
      if (snapshot !== undefined) await applySnapshot(await portals.byNid(nid), snapshot)
    }
  }
}
