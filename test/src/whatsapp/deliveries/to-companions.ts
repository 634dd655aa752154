import type { proto } from '@whiskeysockets/baileys'
import type { Companion } from '../world/entities.ts'
import type { Bundle, Encrypted } from '../signal/signal-device.ts'
import { nowSeconds } from '../wire/clock.ts'
import { stanza, type Stanza } from '../wire/stanza.ts'
import { membersOf, signalAddress } from '../world/addresses.ts'
import type { Chat, Group, Person } from '../world/entities.ts'
import { editAttribute, stanzaType } from './kind-of.ts'

/** Something that a person’s phone says. */
export interface Said {
  readonly id: string
  readonly author: Person
  readonly chat: Chat
  readonly content: proto.IMessage
}

/** What people’s phones send to linked devices: to those of the others, and to those of their own account. */
export class ToCompanions {
  /** By device and message, for a device that must ask again. */
  readonly #sent = new Map<string, Said>()
  /** Which devices have the sender key of a phone for a group; by phone and group. */
  readonly #shared = new Map<string, Set<Companion>>()

  /** Resolves when the message waits in the outbox of everybody whom it concerns. */
  async deliver(said: Said): Promise<void> {
    const members = membersOf(said.chat, said.author)
    const companions = members.flatMap((member) => [...member.companions.values()])
    if (companions.length === 0) return
    if (said.chat.kind === 'group') return await this.#deliverToGroup(said, said.chat, companions)
    await Promise.all(companions.map((companion) => this.#post(companion, said)))
  }

  /** From the own phone, about the account itself: keys, history. */
  async tellCompanion(companion: Companion, id: string, content: proto.IMessage): Promise<void> {
    const { person } = companion
    const attrs = { from: person.pn, id, t: nowSeconds(), type: 'text', category: 'peer', notify: person.name }
    await companion.outbox.post(async () =>
      stanza('message', attrs, [encNode(await encryptFor(person, companion, content))]),
    )
  }

  /** The device could not read it: once more, in a new session. False where nothing of the kind was sent. */
  async sayAgain(companion: Companion, id: string, count: string): Promise<boolean> {
    const said = this.#sent.get(`${companion.pn} ${id}`)
    if (said === undefined) return false
    const { author, chat } = said
    author.device.dropSession(signalAddress(companion.person, companion.number))
    await companion.outbox.post(async () => {
      const key = chat.kind === 'group' ? await author.device.shareSenderKey(chat.jid, selfOf(author)) : undefined
      const content = contentFor(companion, said)
      const whole = key === undefined ? content : { ...content, senderKeyDistributionMessage: key }
      const enc = encNode(await encryptFor(author, companion, whole), said.content)
      return messageStanza(companion, said, [{ ...enc, attrs: { ...enc.attrs, count } }])
    })
    return true
  }

  /** Everybody makes new sender keys, so that those who have left cannot read on. */
  forgetSenderKeys(group: Group): void {
    for (const member of group.members.keys()) {
      member.device.dropSenderKey(group.jid, selfOf(member))
      this.#shared.delete(`${member.phone} ${group.jid}`)
    }
  }

  /** A device is no longer linked. */
  forgetCompanion(companion: Companion): void {
    for (const devices of this.#shared.values()) devices.delete(companion)
  }

  async #post(companion: Companion, said: Said): Promise<void> {
    this.#sent.set(`${companion.pn} ${said.id}`, said)
    await companion.outbox.post(async () => {
      const encrypted = await encryptFor(said.author, companion, contentFor(companion, said))
      return messageStanza(companion, said, [encNode(encrypted, said.content)])
    })
  }

  async #deliverToGroup(said: Said, group: Group, companions: readonly Companion[]): Promise<void> {
    const { author, content } = said
    const self = selfOf(author)
    const keyed = this.#devicesWithKey(author, group)
    const lacking = companions.filter((companion) => !keyed.has(companion))
    for (const companion of lacking) keyed.add(companion)
    // Asked for in this order and at once, so that the key that is shared reads what is said now.
    const share = lacking.length > 0 ? author.device.shareSenderKey(group.jid, self) : undefined
    const sealed = author.device.encryptForGroup(group.jid, self, content)
    const posts = companions.map((companion) => {
      this.#sent.set(`${companion.pn} ${said.id}`, said)
      return companion.outbox.post(async () => {
        const isLacking = share !== undefined && lacking.includes(companion)
        const key = isLacking ? { senderKeyDistributionMessage: await share } : undefined
        const first = key && encNode(await encryptFor(author, companion, key))
        const second = encNode(await sealed, content)
        return messageStanza(companion, said, first === undefined ? [second] : [first, second])
      })
    })
    await Promise.all(posts)
  }

  #devicesWithKey(author: Person, group: Group): Set<Companion> {
    const name = `${author.phone} ${group.jid}`
    const devices = this.#shared.get(name) ?? new Set()
    this.#shared.set(name, devices)
    return devices
  }
}

/** What a linked device has for others to begin a session with; a one-time key is used up by each who asks. */
export function bundleOf(companion: Companion): Bundle {
  const first = companion.preKeys.entries().next().value
  if (first !== undefined) companion.preKeys.delete(first[0])
  const { registrationId, identity, signedPreKey } = companion
  const preKey = first && { id: first[0], publicKey: first[1] }
  return { registrationId, identity, signedPreKey, preKey }
}

async function encryptFor(author: Person, companion: Companion, content: proto.IMessage): Promise<Encrypted> {
  const address = signalAddress(companion.person, companion.number)
  return await author.device.encrypt(address, content, () => bundleOf(companion))
}

function encNode({ type, bytes }: Encrypted, content?: proto.IMessage): Stanza {
  const isHidden = content?.reactionMessage ? { 'decrypt-fail': 'hide' } : {}
  return stanza('enc', { v: '2', type, ...isHidden }, bytes)
}

/** The own devices are told to whom it was said. */
function contentFor(companion: Companion, { author, chat, content }: Said): proto.IMessage {
  if (chat.kind === 'group' || companion.person !== author) return content
  return { deviceSentMessage: { destinationJid: chat.lid, message: content } }
}

function messageStanza(companion: Companion, said: Said, content: Stanza[]): Stanza {
  const { id, author, chat } = said
  const common = {
    id,
    t: nowSeconds(),
    type: stanzaType(said.content),
    notify: author.name,
    edit: editAttribute(said.content),
  }
  return stanza('message', { ...routeOf(companion.person, author, chat), ...common }, content)
}

function routeOf(reader: Person, author: Person, chat: Chat): Record<string, string> {
  if (chat.kind === 'group')
    return { from: chat.jid, participant: author.lid, participant_pn: author.pn, addressing_mode: 'lid' }
  if (reader === author) return { from: author.lid, recipient: chat.lid, peer_recipient_pn: chat.pn }
  return { from: author.lid, sender_pn: author.pn }
}

function selfOf(person: Person): string {
  return signalAddress(person, 0)
}
