import bigInt from 'big-integer'
import { Api } from 'telegram'
import type { AccountStore, AccountWrite } from './account-store.ts'
import { inputPeerOf, type PeerKey } from './peer-key.ts'

/** What must be known of a peer to speak of it: the hash that the server gave this account, and how it is called. */
export interface PeerRecord {
  readonly hash: string
  readonly name: string
  readonly username?: string
  readonly phone?: string
  readonly isBot?: boolean
  readonly isBroadcast?: boolean
  /** Changes exactly when the picture changes. */
  readonly photoId?: string
  readonly photoDc?: number
}

const maxKept = 5000

/** Peers the account has met. Those used lately are at hand, all are stored; what was learnt is written with the next commit. */
export class Peers {
  readonly #store: AccountStore
  readonly #kept = new Map<PeerKey, PeerRecord>()
  readonly #unwritten = new Map<PeerKey, PeerRecord>()

  constructor(store: AccountStore) {
    this.#store = store
  }

  async get(peer: PeerKey): Promise<PeerRecord | undefined> {
    const known = this.#unwritten.get(peer) ?? this.#kept.get(peer)
    if (known !== undefined) return known
    const stored = (await this.#store.get(`peer/${peer}`)) as PeerRecord | undefined
    if (stored !== undefined) this.#keep(peer, stored)
    return stored
  }

  /** As requests name it. @throws RangeError for a peer that was never met */
  async input(peer: PeerKey): Promise<Api.TypeInputPeer> {
    const record = await this.get(peer)
    if (record === undefined && !peer.startsWith('g')) throw new RangeError(`${peer} was never met`)
    return inputPeerOf(peer, record?.hash ?? '0')
  }

  /** As requests about channels name it; undefined for one that was never met. */
  async channel(peer: PeerKey): Promise<Api.InputChannel | undefined> {
    const record = await this.get(peer)
    if (record === undefined || !peer.startsWith('c')) return undefined
    return new Api.InputChannel({ channelId: bigInt(peer.slice(1)), accessHash: bigInt(record.hash) })
  }

  /** Takes note of everybody an answer or update brings along. Entities marked `min` carry hashes that serve for nothing. */
  learn(entities: readonly unknown[]): void {
    for (const entity of entities) {
      const found = recordOf(entity)
      if (found === undefined) continue
      const before = this.#unwritten.get(found.peer) ?? this.#kept.get(found.peer)
      if (before !== undefined && JSON.stringify(before) === JSON.stringify(found.record)) continue
      this.#unwritten.set(found.peer, found.record)
      this.#keep(found.peer, found.record)
    }
  }

  /** What is not stored yet; to be stored by the caller. */
  takeWrites(): AccountWrite[] {
    const writes = [...this.#unwritten].map(([peer, record]) => ({ key: `peer/${peer}`, value: { ...record } }))
    this.#unwritten.clear()
    return writes
  }

  #keep(peer: PeerKey, record: PeerRecord): void {
    this.#kept.delete(peer)
    this.#kept.set(peer, record)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxKept) return
      this.#kept.delete(oldest)
    }
  }
}

function recordOf(entity: unknown): { peer: PeerKey; record: PeerRecord } | undefined {
  if (entity instanceof Api.User) return userRecord(entity)
  if (entity instanceof Api.Chat) {
    return { peer: `g${entity.id.toString()}`, record: { hash: '0', name: entity.title, ...photoOf(entity.photo) } }
  }
  if (!(entity instanceof Api.Channel) || entity.min === true || entity.accessHash === undefined) return undefined
  const { id, accessHash, title, username, broadcast, photo } = entity
  const record = {
    hash: accessHash.toString(),
    name: title,
    ...(username !== undefined && { username }),
    ...(broadcast === true && { isBroadcast: true }),
    ...photoOf(photo),
  }
  return { peer: `c${id.toString()}`, record }
}

function userRecord(user: Api.User): { peer: PeerKey; record: PeerRecord } | undefined {
  const { id, accessHash, firstName, lastName, username, phone, bot, photo } = user
  if (user.min === true || accessHash === undefined) return undefined
  const name = [firstName, lastName].filter((part) => part !== undefined && part !== '').join(' ')
  const record = {
    hash: accessHash.toString(),
    name: name === '' ? (username ?? (user.deleted === true ? 'Deleted account' : `User ${id.toString()}`)) : name,
    ...(username !== undefined && { username }),
    ...(phone !== undefined && { phone }),
    ...(bot === true && { isBot: true }),
    ...photoOf(photo),
  }
  return { peer: `u${id.toString()}`, record }
}

function photoOf(photo: unknown): Pick<PeerRecord, 'photoId' | 'photoDc'> {
  if (photo instanceof Api.UserProfilePhoto || photo instanceof Api.ChatPhoto) {
    return { photoId: photo.photoId.toString(), photoDc: photo.dcId }
  }
  return {}
}
