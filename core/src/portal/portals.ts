import type { Database, Transaction } from '@pons/database'
import type { RoomId } from '@pons/matrix'
import type { ChatKey } from '../network/chat.ts'
import { PortalStore, type PortalRecord } from '../store/portal-store.ts'
import type { AppliedInfo } from './applied-info.ts'

/** The chats of the network with their rooms, kept at hand. One process writes them, so the cache is the truth's equal. */
export class Portals {
  readonly #db: Database
  readonly #store: PortalStore
  readonly #byChat = new Map<string, PortalRecord>()
  readonly #byRoom = new Map<RoomId, PortalRecord>()
  readonly #byNid = new Map<number, PortalRecord>()

  constructor(db: Database, network: string) {
    this.#db = db
    this.#store = new PortalStore(db, network)
  }

  async byChat(chat: ChatKey): Promise<PortalRecord | undefined> {
    return this.#byChat.get(keyOf(chat)) ?? this.#keep(await this.#store.byChat(chat))
  }

  async byRoom(roomId: RoomId): Promise<PortalRecord | undefined> {
    return this.#byRoom.get(roomId) ?? this.#keep(await this.#store.byRoom(roomId))
  }

  async byNid(nid: number): Promise<PortalRecord> {
    const found = this.#byNid.get(nid) ?? this.#keep(await this.#store.byNid(nid))
    if (found === undefined) throw new Error(`portal ${nid} does not exist`)
    return found
  }

  async withRooms(): Promise<PortalRecord[]> {
    const all = await this.#store.withRooms()
    for (const portal of all) this.#keep(portal)
    return all
  }

  /** The chat's record, made where there is none; nothing is kept at hand before the transaction has committed. */
  async ensure(tx: Transaction, chat: ChatKey): Promise<PortalRecord> {
    const known = this.#byChat.get(keyOf(chat))
    if (known !== undefined) return known
    const made = await this.#store.ensure(tx, chat)
    tx.onCommit(() => this.#keep(made))
    return made
  }

  async setRoom(portal: PortalRecord, roomId: RoomId | undefined, isPlumbed = false): Promise<PortalRecord> {
    await this.#db.transaction((tx) => this.#store.setRoom(tx, portal.nid, roomId, isPlumbed))
    return await this.#refresh(portal)
  }

  async setApplied(portal: PortalRecord, applied: AppliedInfo): Promise<PortalRecord> {
    await this.#db.transaction((tx) => this.#store.setApplied(tx, portal.nid, applied))
    return await this.#refresh(portal)
  }

  /** Part of the transaction that records the action, so that both are true or neither. */
  async setLastConfirmed(
    tx: Transaction,
    portal: PortalRecord,
    remoteId: NonNullable<PortalRecord['lastConfirmed']>,
  ): Promise<void> {
    await this.#store.setLastConfirmed(tx, portal.nid, remoteId)
    tx.onCommit(() => {
      const current = this.#byNid.get(portal.nid)
      if (current !== undefined) this.#keep({ ...current, lastConfirmed: remoteId })
    })
  }

  async #refresh(portal: PortalRecord): Promise<PortalRecord> {
    if (portal.roomId !== undefined) this.#byRoom.delete(portal.roomId)
    const fresh = this.#keep(await this.#store.byNid(portal.nid))
    if (fresh === undefined) throw new Error(`portal ${portal.nid} does not exist`)
    return fresh
  }

  #keep<P extends PortalRecord | undefined>(portal: P): P {
    if (portal !== undefined) {
      this.#byChat.set(keyOf(portal.chat), portal)
      this.#byNid.set(portal.nid, portal)
      if (portal.roomId !== undefined) this.#byRoom.set(portal.roomId, portal)
    }
    return portal
  }
}

function keyOf(chat: ChatKey): string {
  return JSON.stringify([chat.chat, chat.receiver ?? ''])
}
