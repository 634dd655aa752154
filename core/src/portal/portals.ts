import type { Database, Queryable, Transaction } from '@pons/database'
import type { RoomId } from '@pons/matrix'
import type { Aliases } from '../identity/aliases.ts'
import type { ChatKey } from '../network/chat.ts'
import type { LoginId, RemoteChatId, RemoteMessageId } from '../network/ids.ts'
import { PortalStore, type PortalRecord } from '../storage/portal-store.ts'
import type { AppliedInfo, DoorRecord } from '../storage/applied-info.ts'

/** The chats of the network with their rooms, kept at hand. One process writes them, so the cache is the truth's equal. */
export class Portals {
  readonly #db: Database
  readonly #store: PortalStore
  readonly #byChat = new Map<string, PortalRecord>()
  readonly #byRoom = new Map<RoomId, PortalRecord>()
  readonly #byNid = new Map<number, PortalRecord>()

  readonly #aliases: Aliases

  constructor(db: Database, network: string, aliases: Aliases) {
    this.#db = db
    this.#aliases = aliases
    this.#store = new PortalStore(db, network)
  }

  async byChat(chat: ChatKey): Promise<PortalRecord | undefined> {
    const known = this.#byChat.get(keyOf(chat))
    if (known !== undefined) return known
    const current = this.#currentKey(chat)
    return this.#byChat.get(keyOf(current)) ?? this.#keep(await this.#store.byChat(current))
  }

  async byRoom(roomId: RoomId): Promise<PortalRecord | undefined> {
    return this.#byRoom.get(roomId) ?? this.#keep(await this.#store.byRoom(roomId))
  }

  /** The record's own number differs from `nid` where that portal was merged into another. */
  async byNid(nid: number): Promise<PortalRecord> {
    const found = this.#byNid.get(nid) ?? this.#keep(await this.#store.byNid(nid))
    if (found === undefined) throw new Error(`portal ${nid} does not exist`)
    return found
  }

  async chatsWith(receiver: LoginId, id: RemoteMessageId): Promise<ChatKey[]> {
    return await this.#store.chatsWith(receiver, id)
  }

  /** Inside a transaction reads go through it: a read beside it would wait for its end. */
  async withRooms(on?: Queryable): Promise<PortalRecord[]> {
    const all = await this.#store.withRooms(on)
    for (const portal of all) this.#keep(portal)
    return all
  }

  /** The chat's record, made where there is none; nothing is kept at hand before the transaction has committed. */
  async ensure(tx: Transaction, chat: ChatKey): Promise<PortalRecord> {
    const current = this.#currentKey(chat)
    const known = this.#byChat.get(keyOf(current))
    if (known !== undefined) return known
    const made = await this.#store.ensure(tx, current)
    tx.onCommit(() => this.#keep(made))
    return made
  }

  /**
   * Learns that a chat was known under other ids. Its portal goes on under the id in `chat`; where each id had a portal of
   * its own, they become one. Returns the room that nobody bridges any more, where two had one.
   */
  async link(tx: Transaction, chat: ChatKey, aliases: readonly ChatKey[]): Promise<RoomId | undefined> {
    let abandoned: RoomId | undefined
    for (const alias of aliases) {
      if (keyOf(this.#currentKey(alias)) === keyOf(chat)) continue
      abandoned = (await this.#linkOne(tx, chat, alias)) ?? abandoned
    }
    return abandoned
  }

  /** The same, where the former name leads nowhere from now on: it may become another chat's. */
  async rename(tx: Transaction, chat: ChatKey, former: ChatKey): Promise<RoomId | undefined> {
    const portal = await this.#store.byChat(this.#currentKey(former), tx)
    for (const name of [chat, former])
      await this.#aliases.remove(tx, { kind: 'chat', receiver: '', alias: keyOf(name) })
    if (portal === undefined || keyOf(portal.chat) === keyOf(chat)) return undefined
    return await this.#moveTo(tx, chat, portal)
  }

  async #linkOne(tx: Transaction, chat: ChatKey, alias: ChatKey): Promise<RoomId | undefined> {
    const former = await this.#store.byChat(this.#currentKey(alias), tx)
    for (const key of former === undefined ? [alias] : [alias, former.chat]) {
      await this.#aliases.put(tx, { kind: 'chat', receiver: '', alias: keyOf(key), id: keyOf(chat) })
    }
    return former === undefined ? undefined : await this.#moveTo(tx, chat, former)
  }

  async #moveTo(tx: Transaction, chat: ChatKey, former: PortalRecord): Promise<RoomId | undefined> {
    const current = await this.#store.byChat(chat, tx)
    if (current === undefined) await this.#store.setChat(tx, former.nid, chat)
    else await this.#store.absorb(tx, current, former)
    const fresh = await this.#store.byNid((current ?? former).nid, tx)
    tx.onCommit(() => {
      this.#forget(former)
      this.#keep(fresh)
    })
    return current?.roomId === undefined ? undefined : former.roomId
  }

  #currentKey(chat: ChatKey): ChatKey {
    const key = keyOf(chat)
    const current = this.#aliases.resolve('chat', key)
    return current === key ? chat : chatOf(current)
  }

  #forget(portal: PortalRecord): void {
    this.#byChat.delete(keyOf(portal.chat))
    this.#byNid.delete(portal.nid)
    if (portal.roomId !== undefined) this.#byRoom.delete(portal.roomId)
  }

  async setHasHistory(portal: PortalRecord): Promise<PortalRecord> {
    await this.#db.transaction((tx) => this.#store.setHasHistory(tx, portal.nid))
    return await this.#refresh(portal)
  }

  async setRoom(portal: PortalRecord, roomId: RoomId | undefined, isPlumbed = false): Promise<PortalRecord> {
    await this.#db.transaction((tx) => this.#store.setRoom(tx, portal.nid, roomId, isPlumbed))
    return await this.#refresh(portal)
  }

  async setApplied(portal: PortalRecord, applied: Omit<AppliedInfo, 'door'>): Promise<PortalRecord> {
    const { door: _, ...shown }: AppliedInfo = applied
    await this.#db.transaction((tx) => this.#store.changeApplied(tx, portal.nid, shown))
    return await this.#refresh(portal)
  }

  async setDoor(portal: PortalRecord, door: DoorRecord | undefined): Promise<PortalRecord> {
    await this.#db.transaction((tx) => this.#store.changeApplied(tx, portal.nid, { door }))
    return await this.#refresh(portal)
  }

  /** What was set from here is shown already, and so on the network now. Part of the transaction that records the action. */
  async setShown(
    tx: Transaction,
    portal: PortalRecord,
    shown: Pick<AppliedInfo, 'name' | 'topic' | 'avatarId'>,
  ): Promise<void> {
    await this.#store.changeApplied(tx, portal.nid, shown)
    tx.onCommit(() => {
      const current = this.#byNid.get(portal.nid)
      if (current !== undefined) this.#keep({ ...current, applied: { ...current.applied, ...shown } })
    })
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

function chatOf(key: string): ChatKey {
  const [chat, receiver] = JSON.parse(key) as [RemoteChatId, LoginId]
  return receiver === '' ? { chat } : { chat, receiver }
}
