import bigInt from 'big-integer'
import { Api } from 'telegram'
import type { AccountStore, AccountWrite } from './account-store.ts'
import { inputPeerOf, type PeerKey } from './peer-key.ts'
import { recordOf, usernamesIn, withEarlier, type PeerRecord } from './peer-record.ts'
import { UnknownPeerError } from './unknown-peer-error.ts'

const maxKept = 5000

/** Peers the account has met. Those used lately are at hand, all are stored; what was learnt is written with the next commit. */
export class Peers {
  readonly #store: AccountStore
  readonly #kept = new Map<PeerKey, PeerRecord>()
  readonly #unwritten = new Map<PeerKey, PeerRecord>()
  /** Those of whom something was said before it was looked up what is stored. */
  readonly #unmerged = new Set<PeerKey>()
  /** By user name, those at hand. */
  readonly #usernames = new Map<string, PeerKey>()

  constructor(store: AccountStore) {
    this.#store = store
  }

  async get(peer: PeerKey): Promise<PeerRecord | undefined> {
    const known = this.#atHand(peer)
    if (known !== undefined && !this.#unmerged.has(peer)) return known
    const stored = (await this.#store.get(`peer/${peer}`)) as PeerRecord | undefined
    // Something may have been said meanwhile.
    const now = this.#atHand(peer)
    if (now === undefined) {
      if (stored !== undefined) this.#keep(peer, stored)
      return stored
    }
    if (!this.#unmerged.delete(peer) || stored === undefined) return now
    const merged = withEarlier(now, stored)
    this.#unwritten.set(peer, merged)
    this.#keep(peer, merged)
    return merged
  }

  /** The person who goes by a user name; undefined where the account has not met them. Names change hands, so it is compared. */
  async byUsername(username: string): Promise<PeerKey | undefined> {
    const name = username.toLowerCase()
    const peer = this.#usernames.get(name) ?? ((await this.#store.get(`username/${name}`)) as PeerKey | undefined)
    const record = peer === undefined ? undefined : await this.get(peer)
    return record !== undefined && usernamesIn(record).includes(name) ? peer : undefined
  }

  #atHand(peer: PeerKey): PeerRecord | undefined {
    return this.#unwritten.get(peer) ?? this.#kept.get(peer)
  }

  /** As requests name it. @throws UnknownPeerError for a peer that was never met */
  async input(peer: PeerKey): Promise<Api.TypeInputPeer> {
    const record = await this.get(peer)
    if (record === undefined && !peer.startsWith('g')) throw new UnknownPeerError(`${peer} was never met`)
    return inputPeerOf(peer, record?.hash ?? '0')
  }

  /** As requests about channels name it; undefined for one that was never met. */
  async channel(peer: PeerKey): Promise<Api.InputChannel | undefined> {
    const record = await this.get(peer)
    if (record === undefined || !peer.startsWith('c')) return undefined
    return new Api.InputChannel({ channelId: bigInt(peer.slice(1)), accessHash: bigInt(record.hash) })
  }

  /** Takes note of everybody an answer or update brings along; of what it leaves out, what was known stays. */
  learn(entities: readonly unknown[]): void {
    for (const entity of entities) {
      const found = recordOf(entity)
      if (found === undefined) continue
      const { peer } = found
      const before = this.#atHand(peer)
      const record = before === undefined ? found.record : withEarlier(found.record, before)
      if (before === undefined) this.#unmerged.add(peer)
      else if (JSON.stringify(before) === JSON.stringify(record)) continue
      this.#unwritten.set(peer, record)
      this.#keep(peer, record)
    }
  }

  /** What is not stored yet; to be stored by the caller. */
  async takeWrites(): Promise<AccountWrite[]> {
    for (const peer of this.#unmerged) await this.get(peer)
    const peers = [...this.#unwritten].map(([peer, record]) => ({ key: `peer/${peer}`, value: { ...record } }))
    const names = [...this.#unwritten].flatMap(([peer, record]) =>
      usernamesIn(record).map((name) => ({ key: `username/${name}`, value: peer })),
    )
    this.#unwritten.clear()
    return [...peers, ...names]
  }

  #keep(peer: PeerKey, record: PeerRecord): void {
    this.#kept.delete(peer)
    this.#kept.set(peer, record)
    if (this.#usernames.size >= maxKept) this.#usernames.clear()
    for (const name of usernamesIn(record)) this.#usernames.set(name, peer)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxKept) return
      this.#kept.delete(oldest)
    }
  }
}
