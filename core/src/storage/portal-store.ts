import type { RoomId } from '@pons/matrix'
import type { Database, Queryable, Transaction } from '@pons/database'
import type { ChatKey } from '../network/chat.ts'
import { loginId, remoteChatId, remoteMessageId, type LoginId, type RemoteMessageId } from '../network/ids.ts'
import type { AppliedInfo } from './applied-info.ts'

export interface PortalRecord {
  readonly nid: number
  readonly chat: ChatKey
  readonly roomId?: RoomId
  readonly isPlumbed: boolean
  /** What the room was last made to show, so that a snapshot changes only what differs. */
  readonly applied: AppliedInfo
  /** Has what was said before the portal was made been read? */
  readonly hasHistory: boolean
  /** Remote id of our last confirmed action in this chat. */
  readonly lastConfirmed?: RemoteMessageId
}

interface PortalRow {
  portal_nid: number
  chat: string
  receiver: string
  room_id: string | null
  is_plumbed: number
  snapshot: string
  last_confirmed: string | null
  has_history: number
  merged_into: number | null
}

const columns = 'portal_nid, chat, receiver, room_id, is_plumbed, snapshot, last_confirmed, has_history, merged_into'
const selectByChat = `select ${columns} from bridge_portal where network = $1 and chat = $2 and receiver = $3`
const selectByRoom = `select ${columns} from bridge_portal where network = $1 and room_id = $2`
const selectByNid = `select ${columns} from bridge_portal where network = $1 and portal_nid = $2`
const selectWithRoom = `select ${columns} from bridge_portal where network = $1 and room_id is not null order by portal_nid`
const insertChat = `insert into bridge_portal (network, chat, receiver) values ($1, $2, $3)
  on conflict (network, chat, receiver) do nothing`

type Changes<T> = { readonly [K in keyof T]?: T[K] | undefined }

export class PortalStore {
  readonly #db: Database
  readonly #network: string

  constructor(db: Database, network: string) {
    this.#db = db
    this.#network = network
  }

  async byChat(chat: ChatKey, on: Queryable = this.#db): Promise<PortalRecord | undefined> {
    const row = await on.get<PortalRow>(selectByChat, this.#network, chat.chat, chat.receiver ?? '')
    return row && fromRow(row)
  }

  async byRoom(roomId: RoomId): Promise<PortalRecord | undefined> {
    const row = await this.#db.get<PortalRow>(selectByRoom, this.#network, roomId)
    return row && fromRow(row)
  }

  async byNid(nid: number, on: Queryable = this.#db): Promise<PortalRecord | undefined> {
    const row = await on.get<PortalRow>(selectByNid, this.#network, nid)
    if (typeof row?.merged_into === 'number') return await this.byNid(row.merged_into, on)
    return row && fromRow(row)
  }

  /**
   * The chats of one login that have a message of that id, delivered or on its way, in either direction; also those that
   * were its own before they went on as shared ones.
   */
  async chatsWith(receiver: LoginId, id: RemoteMessageId): Promise<ChatKey[]> {
    const former = `select a.id from bridge_alias a
      where a.network = $1 and a.kind = 'chat' and a.receiver = '' and a.alias like '%,' || $4 || ']'`
    const own = `select portal_nid from bridge_portal
      where network = $1 and (receiver = $2 or receiver = '' and '["' || chat || '",""]' in (${former}))`
    const sql = `select ${columns} from bridge_portal where portal_nid in (
      select portal_nid from bridge_message where remote_id = $3 and portal_nid in (${own}) union
      select portal_nid from bridge_journal where remote_id = $3 and portal_nid in (${own})
      union select portal_nid from bridge_seen where remote_id = $3 and portal_nid in (${own}))`
    return (await this.#db.all<PortalRow>(sql, this.#network, receiver, id, JSON.stringify(receiver))).map(
      (row) => fromRow(row).chat,
    )
  }

  /** Every chat that has a room. */
  async withRooms(on: Queryable = this.#db): Promise<PortalRecord[]> {
    return (await on.all<PortalRow>(selectWithRoom, this.#network)).map(fromRow)
  }

  /** The chat's row, made where there was none. */
  async ensure(tx: Transaction, chat: ChatKey): Promise<PortalRecord> {
    const known = await this.byChat(chat, tx)
    if (known !== undefined) return known
    await tx.run(insertChat, this.#network, chat.chat, chat.receiver ?? '')
    const made = await this.byChat(chat, tx)
    if (made === undefined) throw new Error('portal row vanished inside its own transaction')
    return made
  }

  async setRoom(tx: Transaction, nid: number, roomId: RoomId | undefined, isPlumbed = false): Promise<void> {
    await tx.run(
      `update bridge_portal set room_id = $1, is_plumbed = $2, snapshot = '{}' where portal_nid = $3`,
      roomId ?? null,
      isPlumbed ? 1 : 0,
      nid,
    )
  }

  /** The chat goes on under another id. */
  async setChat(tx: Transaction, nid: number, chat: ChatKey): Promise<void> {
    const sql = 'update bridge_portal set chat = $1, receiver = $2 where portal_nid = $3'
    await tx.run(sql, chat.chat, chat.receiver ?? '', nid)
  }

  /**
   * Everything known of one portal goes over to another that turned out to be the same chat. The former stays as a pointer:
   * an event that was being stored for it at that moment still arrives.
   */
  async absorb(tx: Transaction, kept: PortalRecord, gone: PortalRecord): Promise<void> {
    const repeated = `select remote_id from bridge_journal where portal_nid = $2
      union select remote_id from bridge_seen where portal_nid = $2`
    await tx.run(`delete from bridge_journal where portal_nid = $1 and remote_id in (${repeated})`, gone.nid, kept.nid)
    for (const table of ['bridge_journal', 'bridge_outbox', 'bridge_message']) {
      await tx.run(`update ${table} set portal_nid = $1 where portal_nid = $2`, kept.nid, gone.nid)
    }
    const seen = `insert into bridge_seen (portal_nid, remote_id) select $1, remote_id from bridge_seen
      where portal_nid = $2 on conflict do nothing`
    await tx.run(seen, kept.nid, gone.nid)
    await tx.run('delete from bridge_seen where portal_nid = $1', gone.nid)
    const reactions = `insert into bridge_reaction (portal_nid, target, sender, reaction, event_id)
      select $1, target, sender, reaction, event_id from bridge_reaction where portal_nid = $2 on conflict do nothing`
    await tx.run(reactions, kept.nid, gone.nid)
    await tx.run('delete from bridge_reaction where portal_nid = $1', gone.nid)
    const point = 'update bridge_portal set merged_into = $1, chat = $2, room_id = null where portal_nid = $3'
    await tx.run(point, kept.nid, `merged:${gone.nid}:${gone.chat.chat}`, gone.nid)
    if (kept.roomId !== undefined || gone.roomId === undefined) return
    const move = `update bridge_portal set room_id = $1, is_plumbed = $2, snapshot = $3, has_history = $4 where portal_nid = $5`
    const shown = JSON.stringify(gone.applied)
    await tx.run(move, gone.roomId, gone.isPlumbed ? 1 : 0, shown, gone.hasHistory ? 1 : 0, kept.nid)
  }

  async setHasHistory(tx: Transaction, nid: number): Promise<void> {
    await tx.run('update bridge_portal set has_history = 1 where portal_nid = $1', nid)
  }

  /** What is not named stays as it is in the store: the lanes of both directions write here. */
  async changeApplied(tx: Transaction, nid: number, changes: Changes<AppliedInfo>): Promise<void> {
    const current = await this.byNid(nid, tx)
    const applied = { ...current?.applied, ...changes }
    await tx.run('update bridge_portal set snapshot = $1 where portal_nid = $2', JSON.stringify(applied), nid)
  }

  async setLastConfirmed(tx: Transaction, nid: number, remoteId: RemoteMessageId): Promise<void> {
    await tx.run('update bridge_portal set last_confirmed = $1 where portal_nid = $2', remoteId, nid)
  }
}

function fromRow(row: PortalRow): PortalRecord {
  const chat = remoteChatId(row.chat)
  return {
    nid: row.portal_nid,
    chat: row.receiver === '' ? { chat } : { chat, receiver: loginId(row.receiver) },
    ...(row.room_id !== null && { roomId: row.room_id as RoomId }),
    isPlumbed: row.is_plumbed === 1,
    hasHistory: row.has_history === 1,
    applied: JSON.parse(row.snapshot) as AppliedInfo,
    ...(row.last_confirmed !== null && { lastConfirmed: remoteMessageId(row.last_confirmed) }),
  }
}
