import { randomBytes } from 'node:crypto'
import { decodeSyncdPatch, encodeSyncdPatch, newLTHashState, proto, type LTHashState } from '@whiskeysockets/baileys'
import type { ChatMutation, WAPatchName } from '@whiskeysockets/baileys'
import type { Judge } from '../judge.ts'
import { nowSeconds } from '../wire/clock.ts'
import { childOf, bytesIn, serverJid, stanza, type Stanza } from '../wire/stanza.ts'
import { newStanzaId } from '../wire/stanza-id.ts'
import type { Person } from '../world/entities.ts'

interface Collection {
  state: LTHashState
  readonly patches: Buffer[]
}

export interface SavedAccountState {
  readonly keyId: Buffer
  readonly key: proto.Message.IAppStateSyncKeyData
  readonly collections: Map<string, Collection>
}

/** What an account’s devices share about it, phone-book names among it: an append-only list of encrypted patches a collection. */
export class AppState {
  readonly #judge: Judge
  readonly #accounts = new Map<Person, SavedAccountState>()

  constructor(judge: Judge) {
    this.#judge = judge
  }

  saved(person: Person): SavedAccountState | undefined {
    return this.#accounts.get(person)
  }

  resume(person: Person, saved: SavedAccountState): void {
    this.#accounts.set(person, saved)
  }

  /** What the phone gives a new device, so that it can read the patches. */
  keyShare(person: Person): proto.IMessage {
    const { keyId, key } = this.#of(person)
    const keys = [{ keyId: { keyId }, keyData: key }]
    const type = proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE
    return { protocolMessage: { type, appStateSyncKeyShare: { keys } } }
  }

  async nameContact(owner: Person, contact: Person, name: string): Promise<void> {
    const contactAction = { fullName: name, firstName: name, lidJid: contact.lid, saveOnPrimaryAddressbook: true }
    await this.#append(owner, 'critical_unblock_low', { index: ['contact', contact.pn], value: { contactAction } })
  }

  /** Answers a device that asks for what it lacks, or writes a patch of its own. */
  async sync(person: Person, asked: Stanza): Promise<Stanza> {
    const name = asked.attrs['name'] ?? ''
    const collection = this.#collection(person, name)
    const sent = childOf(asked, 'patch')
    if (sent !== undefined) return await this.#accept(person, { name, version: Number(asked.attrs['version']), sent })
    const missing = collection.patches.slice(Number(asked.attrs['version'] ?? 0))
    const patches = stanza(
      'patches',
      {},
      missing.map((patch) => stanza('patch', {}, patch)),
    )
    const attrs = { name, version: String(collection.patches.length) }
    return stanza('collection', attrs, missing.length > 0 ? [patches] : [])
  }

  async #accept(person: Person, given: { name: string; version: number; sent: Stanza }): Promise<Stanza> {
    const { name, version, sent } = given
    const account = this.#of(person)
    const collection = this.#collection(person, name)
    if (version !== collection.state.version) {
      const conflict = stanza('error', { code: '409', text: 'conflict' })
      return stanza('collection', { name, version: String(collection.state.version), type: 'error' }, [conflict])
    }
    const patch = proto.SyncdPatch.decode(bytesIn(sent))
    patch.version = { version: version + 1 }
    try {
      const read = await decodeSyncdPatch(
        patch,
        name as WAPatchName,
        collection.state,
        () => Promise.resolve(account.key as proto.Message.AppStateSyncKeyData),
        (_mutation: ChatMutation) => undefined,
        true,
      )
      collection.state = { ...collection.state, ...read, version: version + 1 }
    } catch (error) {
      this.#judge.against(`a patch of ${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
    collection.patches.push(Buffer.from(proto.SyncdPatch.encode(patch).finish()))
    return stanza('collection', { name, version: String(version + 1) }, [])
  }

  async #append(person: Person, name: WAPatchName, action: Action): Promise<void> {
    const account = this.#of(person)
    const collection = this.#collection(person, name)
    const { patch, state } = await encodeSyncdPatch(
      {
        type: name,
        index: [...action.index],
        syncAction: { ...action.value, timestamp: Date.now() },
        apiVersion: 2,
        operation: proto.SyncdMutation.SyncdOperation.SET,
      },
      account.keyId.toString('base64'),
      collection.state,
      () => Promise.resolve(account.key as proto.Message.AppStateSyncKeyData),
    )
    collection.state = state
    collection.patches.push(
      Buffer.from(proto.SyncdPatch.encode({ ...patch, version: { version: state.version } }).finish()),
    )
    const id = newStanzaId()
    const changed = stanza('collection', { name, version: String(state.version) })
    const notice = stanza('notification', { from: serverJid, type: 'server_sync', id, t: nowSeconds() }, [changed])
    for (const { outbox } of person.companions.values()) await outbox.post(notice)
  }

  #of(person: Person): SavedAccountState {
    const known = this.#accounts.get(person)
    if (known !== undefined) return known
    const fingerprint = { rawId: 1, currentIndex: 0, deviceIndexes: [0] }
    const key = { keyData: randomBytes(32), fingerprint, timestamp: Date.now() }
    const made = { keyId: randomBytes(6), key, collections: new Map<string, Collection>() }
    this.#accounts.set(person, made)
    return made
  }

  #collection(person: Person, name: string): Collection {
    const { collections } = this.#of(person)
    const known = collections.get(name)
    if (known !== undefined) return known
    const made: Collection = { state: newLTHashState(), patches: [] }
    collections.set(name, made)
    return made
  }
}

interface Action {
  readonly index: readonly string[]
  readonly value: proto.ISyncActionValue
}
