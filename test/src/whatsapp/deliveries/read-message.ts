import type { proto } from '@whiskeysockets/baileys'
import type { Companion } from '../world/entities.ts'
import type { Judge } from '../judge.ts'
import type { Encrypted } from '../signal/signal-device.ts'
import { parseJid } from '../wire/jid.ts'
import { bytesIn, bytesOf, childOf, childrenOf, readUint, stanza, uint, type Stanza } from '../wire/stanza.ts'
import { nowSeconds } from '../wire/clock.ts'
import { signalAddress, type Addresses } from '../world/addresses.ts'
import type { Person } from '../world/entities.ts'

/** One phone has read a message. */
export interface Read {
  readonly phone: Person
  readonly content: proto.IMessage
}

const mostRetries = 5

/**
 * Phones decrypt what linked devices send. One that cannot asks for it again, with fresh keys; a message that is never read
 * stays counted.
 */
export class MessageReader {
  readonly #addresses: Addresses
  readonly #judge: Judge
  /** By phone and message, how often it has been asked for. */
  readonly #asked = new Map<string, number>()

  constructor(addresses: Addresses, judge: Judge) {
    this.#addresses = addresses
    this.#judge = judge
  }

  /** How many messages phones have asked for again and still cannot read. */
  get undecryptable(): number {
    return this.#asked.size
  }

  /** `has`: does that phone have the message already? A repeat whose keys are used up is no failure then. */
  async read(from: Companion, message: Stanza, has: (phone: Person) => boolean): Promise<Read[]> {
    const group = this.#addresses.group(message.attrs['to'])
    const reads: Read[] = []
    const lacking = new Set<Person>()
    for (const { phone, encrypted } of this.#addressed(from, message)) {
      const content = await this.#decrypt({ from, message, phone, lacking }, encrypted)
      if (content === undefined) continue
      const shared = content.senderKeyDistributionMessage
      if (shared) await phone.device.learnSenderKey(signalAddress(from.person, from.number), shared)
      if (!isKeyOnly(content)) reads.push({ phone, content })
    }
    const direct = childOf(message, 'enc')
    const isForGroup = direct?.attrs['type'] === 'skmsg'
    for (const phone of isForGroup ? (group?.members.keys() ?? []) : []) {
      const encrypted = { type: 'skmsg', bytes: bytesIn(direct) } as const
      const content = await this.#decrypt({ from, message, phone, lacking }, encrypted)
      if (content !== undefined) reads.push({ phone, content })
    }
    // Once for the whole message, however many of its parts a phone could not read.
    for (const phone of lacking) if (!has(phone)) await this.#askAgain(from, message, phone)
    return reads
  }

  /** Ciphertexts for phones; those for other linked devices are none of theirs. */
  *#addressed(from: Companion, message: Stanza): Generator<{ phone: Person; encrypted: Encrypted }> {
    const direct = childOf(message, 'enc')
    const isForGroup = direct?.attrs['type'] === 'skmsg'
    const isPairwise = direct !== undefined && !isForGroup
    const parts = childrenOf(childOf(message, 'participants'), 'to').map((to) => ({
      jid: to.attrs['jid'],
      enc: childOf(to, 'enc'),
    }))
    if (isPairwise) parts.push({ jid: message.attrs['participant'] ?? message.attrs['to'], enc: direct })
    for (const { jid, enc } of parts) {
      const phone = this.#addresses.person(jid)
      if (phone === undefined) this.#judge.against(`message ${message.attrs['id']} is for ${jid}, whom nobody knows`)
      else if (parseJid(jid)?.device === 0) yield { phone, encrypted: encryptedIn(enc) }
      // Of a group's key a device may give itself a copy: Baileys does, where members go by their opaque ids.
      else if (phone === from.person && parseJid(jid)?.device === from.number && !isForGroup)
        this.#judge.against(`message ${message.attrs['id']} is for the device that sends it`)
    }
  }

  async #decrypt(attempt: Attempt, encrypted: Encrypted): Promise<proto.Message | undefined> {
    const { from, message, phone, lacking } = attempt
    const address = signalAddress(from.person, from.number)
    const group = message.attrs['to'] ?? ''
    try {
      const content =
        encrypted.type === 'skmsg'
          ? await phone.device.decryptFromGroup(group, address, encrypted.bytes)
          : await phone.device.decrypt(address, encrypted)
      if (!isKeyOnly(content)) {
        lacking.delete(phone)
        this.#asked.delete(nameOf(phone, message))
      }
      return content
    } catch {
      lacking.add(phone)
      return undefined
    }
  }

  async #askAgain(from: Companion, message: Stanza, phone: Person): Promise<void> {
    const name = nameOf(phone, message)
    const count = (this.#asked.get(name) ?? 0) + 1
    this.#asked.set(name, count)
    const { id, to = '' } = message.attrs
    if (count > mostRetries) return this.#judge.against(`message ${id} cannot be read by ${phone.name}`)
    const isGroup = this.#addresses.group(to) !== undefined
    const isOwn = phone === from.person
    const route = isGroup
      ? { from: to, participant: phone.lid }
      : { from: phone.lid, recipient: isOwn ? to : undefined }
    const t = nowSeconds()
    const retry = stanza('retry', { count: String(count), id, t, v: '1' })
    await from.outbox.post(stanza('receipt', { ...route, id, type: 'retry', t }, [retry, ...keyNodes(phone)]))
  }
}

interface Attempt {
  readonly from: Companion
  readonly message: Stanza
  readonly phone: Person
  /** Phones that could not read a part of the message, and have not read what it says. */
  readonly lacking: Set<Person>
}

function nameOf(phone: Person, message: Stanza): string {
  return `${phone.phone} ${message.attrs['id']}`
}

function encryptedIn(enc: Stanza | undefined): Encrypted {
  return { type: enc?.attrs['type'] === 'pkmsg' ? 'pkmsg' : 'msg', bytes: bytesIn(enc) }
}

/** Nothing but a sender key, which nobody is shown. */
function isKeyOnly(content: proto.IMessage): boolean {
  const { senderKeyDistributionMessage, messageContextInfo: _, ...rest } = content
  return Boolean(senderKeyDistributionMessage) && Object.values(rest).every((value) => value === null)
}

function keyNodes({ device }: Person): Stanza[] {
  const { registrationId, identity, signedPreKey, preKey } = device.bundle()
  const keys = [
    stanza('type', {}, Buffer.from([5])),
    stanza('identity', {}, identity),
    ...(preKey === undefined ? [] : [preKeyNode(preKey.id, preKey.publicKey)]),
    signedPreKeyNode(signedPreKey),
  ]
  return [stanza('registration', {}, uint(registrationId, 4)), stanza('keys', {}, keys)]
}

export function preKeyNode(id: number, publicKey: Buffer): Stanza {
  return stanza('key', {}, [stanza('id', {}, uint(id, 3)), stanza('value', {}, publicKey)])
}

export function signedPreKeyNode(key: { id: number; publicKey: Buffer; signature: Buffer }): Stanza {
  const { id, publicKey, signature } = key
  return stanza('skey', {}, [
    stanza('id', {}, uint(id, 3)),
    stanza('value', {}, publicKey),
    stanza('signature', {}, signature),
  ])
}

export function signedPreKeyIn(node: Stanza | undefined): { id: number; publicKey: Buffer; signature: Buffer } {
  return { id: readUint(bytesOf(node, 'id')), publicKey: bytesOf(node, 'value'), signature: bytesOf(node, 'signature') }
}
