import { randomInt } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
} from '@whiskeysockets/baileys/lib/Signal/Group/index.js'
import { SenderKeyName } from '@whiskeysockets/baileys/lib/Signal/Group/sender-key-name.js'
import { SenderKeyRecord } from '@whiskeysockets/baileys/lib/Signal/Group/sender-key-record.js'
import libsignal, { type SessionRecord as Session } from 'libsignal'
import { newKeyPair, sign, typed, type KeyPair } from './keys.ts'
import { pad, unpad } from './padding.ts'

const { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord } = libsignal

/** Public keys with which somebody begins a session. Without `preKey` the one-time keys have run out. */
export interface Bundle {
  readonly registrationId: number
  readonly identity: Buffer
  readonly signedPreKey: { readonly id: number; readonly publicKey: Buffer; readonly signature: Buffer }
  readonly preKey: { readonly id: number; readonly publicKey: Buffer } | undefined
}

export interface Encrypted {
  readonly type: 'pkmsg' | 'msg' | 'skmsg'
  readonly bytes: Buffer
}

/** A device as it can be kept. */
export interface SavedDevice {
  readonly identity: KeyPair
  readonly registrationId: number
  readonly signedPreKey: KeyPair
  readonly lastPreKey: number
  readonly preKeys: ReadonlyMap<number, KeyPair>
  readonly sessions: ReadonlyMap<string, ReturnType<Session['serialize']>>
  readonly senderKeys: ReadonlyMap<string, Buffer>
}

/** So many messages may overtake an earlier one. */
const mostPassedOver = 20

/**
 * A phone's Signal identity and sessions, in memory. Others are known by one address each, however they are called on the
 * wire; what is done is done in turn, so that no ratchet step is lost.
 */
export class SignalDevice {
  readonly identity: KeyPair
  readonly registrationId: number
  readonly #signedPreKey: KeyPair
  readonly #preKeys = new Map<number, KeyPair>()
  readonly #sessions = new Map<string, Session>()
  readonly #senderKeys = new Map<string, Buffer>()
  readonly #store = this.#newStore()
  #lastPreKey = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(saved?: SavedDevice) {
    this.identity = saved?.identity ?? newKeyPair()
    this.registrationId = saved?.registrationId ?? randomInt(1, 0x3fff)
    this.#signedPreKey = saved?.signedPreKey ?? newKeyPair()
    if (saved === undefined) return
    this.#lastPreKey = saved.lastPreKey
    for (const [id, pair] of saved.preKeys) this.#preKeys.set(id, pair)
    for (const [address, session] of saved.sessions) this.#sessions.set(address, SessionRecord.deserialize(session))
    for (const [name, key] of saved.senderKeys) this.#senderKeys.set(name, key)
  }

  saved(): SavedDevice {
    return {
      identity: this.identity,
      registrationId: this.registrationId,
      signedPreKey: this.#signedPreKey,
      lastPreKey: this.#lastPreKey,
      preKeys: this.#preKeys,
      sessions: new Map([...this.#sessions].map(([address, session]) => [address, session.serialize()])),
      senderKeys: this.#senderKeys,
    }
  }

  /** A fresh one for each who asks. */
  bundle(): Bundle {
    const preKey = newKeyPair()
    const id = ++this.#lastPreKey
    this.#preKeys.set(id, preKey)
    const { publicKey } = this.#signedPreKey
    return {
      registrationId: this.registrationId,
      identity: this.identity.publicKey,
      signedPreKey: { id: 1, publicKey, signature: sign(this.identity.privateKey, typed(publicKey)) },
      preKey: { id, publicKey: preKey.publicKey },
    }
  }

  hasSession(address: string): boolean {
    return this.#sessions.has(address)
  }

  dropSession(address: string): void {
    this.#sessions.delete(address)
  }

  forgetSessions(): void {
    this.#sessions.clear()
  }

  /** Those that were given away and not used yet. */
  forgetPreKeys(): void {
    this.#preKeys.clear()
  }

  /** `bundle` is asked for where there is no session yet. */
  async encrypt(address: string, message: proto.IMessage, bundle: () => Bundle): Promise<Encrypted> {
    return await this.#inTurn(async () => {
      if (!this.hasSession(address)) await this.#begin(address, bundle())
      const cipher = new SessionCipher(this.#store, addressOf(address))
      const { type, body } = await cipher.encrypt(pad(proto.Message.encode(message).finish()))
      return { type: type === 3 ? 'pkmsg' : 'msg', bytes: Buffer.from(body as string | Uint8Array as Uint8Array) }
    })
  }

  /** @throws Error where there is no key for it, or it was changed on the way */
  async decrypt(address: string, { type, bytes }: Encrypted): Promise<proto.Message> {
    return await this.#inTurn(async () => {
      const cipher = new SessionCipher(this.#store, addressOf(address))
      const padded =
        type === 'pkmsg' ? await cipher.decryptPreKeyWhisperMessage(bytes) : await cipher.decryptWhisperMessage(bytes)
      return proto.Message.decode(unpad(padded))
    })
  }

  /** What others need to read what this device says in the group; `self` is this device’s own address. */
  async shareSenderKey(group: string, self: string): Promise<proto.Message.ISenderKeyDistributionMessage> {
    return await this.#inTurn(async () => {
      const made = await new GroupSessionBuilder(this.#store).create(new SenderKeyName(group, addressOf(self)))
      return { groupId: group, axolotlSenderKeyDistributionMessage: made.serialize() }
    })
  }

  async learnSenderKey(address: string, shared: proto.Message.ISenderKeyDistributionMessage): Promise<void> {
    await this.#inTurn(async () => {
      const { groupId, axolotlSenderKeyDistributionMessage: bytes } = shared
      const message = new SenderKeyDistributionMessage(null, null, null, null, bytes ?? null)
      const name = new SenderKeyName(groupId ?? '', addressOf(address))
      await new GroupSessionBuilder(this.#store).process(name, message)
    })
  }

  dropSenderKey(group: string, address: string): void {
    this.#senderKeys.delete(new SenderKeyName(group, addressOf(address)).toString())
  }

  async encryptForGroup(group: string, self: string, message: proto.IMessage): Promise<Encrypted> {
    return await this.#inTurn(async () => {
      const cipher = new GroupCipher(this.#store, new SenderKeyName(group, addressOf(self)))
      const bytes = await cipher.encrypt(pad(proto.Message.encode(message).finish()))
      return { type: 'skmsg', bytes: Buffer.from(bytes) }
    })
  }

  async decryptFromGroup(group: string, address: string, bytes: Buffer): Promise<proto.Message> {
    return await this.#inTurn(async () => {
      const cipher = new GroupCipher(this.#store, new SenderKeyName(group, addressOf(address)))
      return proto.Message.decode(unpad(await cipher.decrypt(bytes)))
    })
  }

  async #begin(address: string, { registrationId, identity, signedPreKey, preKey }: Bundle): Promise<void> {
    const { id, publicKey, signature } = signedPreKey
    const offer = {
      registrationId,
      identityKey: typed(identity),
      signedPreKey: { keyId: id, publicKey: typed(publicKey), signature },
      preKey: preKey && { keyId: preKey.id, publicKey: typed(preKey.publicKey) },
    }
    // The library does without a one-time key; its types do not say so.
    type Offer = Parameters<InstanceType<typeof SessionBuilder>['initOutgoing']>[0]
    await new SessionBuilder(this.#store, addressOf(address)).initOutgoing(offer as Offer)
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return await done
  }

  #newStore() {
    const ofPair = ({ privateKey, publicKey }: KeyPair) => ({ privKey: privateKey, pubKey: typed(publicKey) })
    return {
      loadSession: (address: string) => Promise.resolve(this.#copyOf(this.#sessions.get(address))),
      storeSession: (address: string, session: Session) => {
        this.#sessions.set(address, SessionRecord.deserialize(session.serialize()))
        return Promise.resolve()
      },
      isTrustedIdentity: () => true,
      loadPreKey: (id: number | string) => {
        const pair = this.#preKeys.get(Number(id))
        return Promise.resolve(pair && ofPair(pair))
      },
      removePreKey: (id: number) => void this.#preKeys.delete(Number(id)),
      loadSignedPreKey: () => ofPair(this.#signedPreKey),
      getOurRegistrationId: () => this.registrationId,
      getOurIdentity: () => ({ privKey: this.identity.privateKey, pubKey: typed(this.identity.publicKey) }),
      loadSenderKey: (name: SenderKeyName) => {
        const stored = this.#senderKeys.get(name.toString())
        return Promise.resolve(stored === undefined ? new SenderKeyRecord() : SenderKeyRecord.deserialize(stored))
      },
      storeSenderKey: (name: SenderKeyName, record: SenderKeyRecord) => {
        // The library keeps thousands of keys that were passed over; the client’s sending passes over every second one.
        const states = record.serialize().map((state) => ({
          ...state,
          senderMessageKeys: state.senderMessageKeys.slice(-mostPassedOver),
        }))
        this.#senderKeys.set(name.toString(), Buffer.from(JSON.stringify(states)))
        return Promise.resolve()
      },
    }
  }

  /** A decryption that fails half-way must leave what is stored as it was. */
  #copyOf(session: Session | undefined): Session | undefined {
    return session && SessionRecord.deserialize(session.serialize())
  }
}

function addressOf(address: string): InstanceType<typeof ProtocolAddress> {
  const [name = '', device] = address.split('.')
  return new ProtocolAddress(name, Number(device))
}
