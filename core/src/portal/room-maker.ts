import type { Database } from '@pons/database'
import type { RoomId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { ChatKey, ChatSnapshot } from '../network/chat.ts'
import type { LoginId } from '../network/ids.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { cleanJson } from '../text/clean-text.ts'
import { shownName } from '../text/shown-name.ts'
import type { ApplySnapshot } from './apply-snapshot.ts'
import type { CreateRoom } from './create-room.ts'
import type { FreshSnapshot } from './fresh-snapshot.ts'
import type { People } from './people.ts'
import type { Portals } from './portals.ts'
import { currentForm } from './room-form.ts'

export type PortalWithRoom = PortalRecord & { readonly roomId: RoomId }

export interface RoomMakerParts {
  readonly db: Database
  readonly portals: Portals
  readonly people: People
  readonly createRoom: CreateRoom
  readonly freshSnapshot: FreshSnapshot
  readonly applySnapshot: ApplySnapshot
  readonly step: (name: string) => void
  readonly logger: Logger
}

/** Makes the rooms of chats. */
export class RoomMaker {
  readonly #parts: RoomMakerParts
  readonly #making = new Map<string, Promise<PortalWithRoom>>()

  constructor(parts: RoomMakerParts) {
    this.#parts = parts
  }

  /**
   * The portal's room, made where there is none. The room's alias is a function of the chat, so a creation that a crash cut
   * short is found again and finished, and never made twice.
   */
  async ensure(chat: ChatKey, snapshot: ChatSnapshot, login?: LoginId): Promise<PortalWithRoom> {
    const known = await this.#parts.portals.byChat(chat)
    if (known?.roomId !== undefined) return { ...known, roomId: known.roomId }
    const name = JSON.stringify([chat.chat, chat.receiver ?? ''])
    const made =
      this.#making.get(name) ??
      this.#make(chat, withShownName(cleanJson(snapshot)), login).finally(() => this.#making.delete(name))
    this.#making.set(name, made)
    return await made
  }

  async #make(chat: ChatKey, snapshot: ChatSnapshot, login: LoginId | undefined): Promise<PortalWithRoom> {
    const { db, portals, people, createRoom, applySnapshot, step, logger } = this.#parts
    const record = await db.transaction((tx) => portals.ensure(tx, chat))
    const { roomId, isNew } = await createRoom(chat, snapshot)
    step('bridge:room-created')
    const portal = await portals.setRoom(record, roomId)
    if (isNew) await portals.setApplied(portal, { form: currentForm })
    await applySnapshot(portal, snapshot)
    await this.#applyWhatChanged(portal, login)
    await people.bringOwner({ ...portal, roomId }, login, snapshot.kind === 'direct')
    logger.info({ roomId, chat }, 'portal made')
    return { ...(await portals.byNid(portal.nid)), roomId }
  }

  /** Who came or went while the room was being made is seen by asking once more, now that events have somewhere to go. */
  async #applyWhatChanged(portal: PortalRecord, seenBy: LoginId | undefined): Promise<void> {
    const { freshSnapshot, applySnapshot } = this.#parts
    const fresh = await freshSnapshot(portal.chat, seenBy)
    if (fresh !== undefined) await applySnapshot(portal, fresh)
  }
}

function withShownName(snapshot: ChatSnapshot): ChatSnapshot {
  return snapshot.name === undefined ? snapshot : { ...snapshot, name: shownName(snapshot.name) }
}
