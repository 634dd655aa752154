import type { Companion } from '../world/entities.ts'
import type { Connection } from '../connection.ts'
import type { Faults } from '../faults.ts'
import type { Judge } from '../judge.ts'
import { problemWithIdentity } from '../linking/device-identity.ts'
import type { MediaHost } from '../media/media-host.ts'
import { nowSeconds } from '../wire/clock.ts'
import { parseJid } from '../wire/jid.ts'
import { bytesOf, childOf, childrenOf, stanza, type Stanza } from '../wire/stanza.ts'
import { chatAt, membersOf, type Addresses } from '../world/addresses.ts'
import type { Chat, Person } from '../world/entities.ts'
import { messageIn, receive } from '../world/receive.ts'
import type { World } from '../world/world.ts'
import { confirmationKey } from './outbox.ts'
import type { MessageReader, Read } from './read-message.ts'
import type { ToCompanions } from './to-companions.ts'

export interface FromCompanionsParts {
  readonly addresses: Addresses
  readonly faults: Faults
  readonly judge: Judge
  readonly media: MediaHost
  readonly reader: MessageReader
  readonly toCompanions: ToCompanions
  readonly world: World
  readonly onChange: () => void
}

const messageTypes = new Set(['text', 'media', 'reaction', 'poll', 'event'])
/** The device could not read it and has asked for it again; the message is still to be had. */
const askedAgain = '500'

/** What linked devices send: messages, receipts, acks, typing. */
export class FromCompanions {
  readonly #parts: FromCompanionsParts
  readonly #turns = new WeakMap<Companion, Promise<void>>()
  /** Messages that devices refused for good, by device and id. */
  readonly refused: string[] = []

  constructor(parts: FromCompanionsParts) {
    this.#parts = parts
  }

  /** In turn for each device: what it had sent on a connection that has ended may still be on its way to the phones. */
  async message(connection: Connection, companion: Companion, message: Stanza): Promise<void> {
    const before = this.#turns.get(companion) ?? Promise.resolve()
    const done = before.then(async () => await this.#take(connection, companion, message))
    this.#turns.set(
      companion,
      done.catch(() => undefined),
    )
    await done
  }

  async #take(connection: Connection, companion: Companion, message: Stanza): Promise<void> {
    const { addresses, faults, judge } = this.#parts
    await faults.holdMessages
    const { id, to } = message.attrs
    const target = addresses.chat(to)
    judgeMessage(message, judge)
    if (id === undefined || to === undefined || target === undefined) {
      judge.against(`a message to ${to}, whom nobody knows`)
      return
    }
    const error = this.#problemWithSender(companion, message, target)
    if (error !== undefined) return this.#acknowledge(connection, message, error)
    await this.#pass(companion, message, target)
    // Peers talk about the account, not to anybody.
    const fault = message.attrs['category'] === 'peer' ? undefined : faults.takeForAccept()
    if (fault === 'drop-before-ack') return connection.cut()
    if (fault !== 'swallow-ack') this.#acknowledge(connection, message)
  }

  async receipt(connection: Connection, companion: Companion, receipt: Stanza): Promise<void> {
    const { faults, judge, toCompanions } = this.#parts
    const { id, to, type, participant } = receipt.attrs
    if (!id || !to) judge.against(`a receipt without id or address: ${JSON.stringify(receipt.attrs)}`)
    connection.send(stanza('ack', { class: 'receipt', id, from: to, type, participant }))
    const ids = [id ?? '', ...childrenOf(childOf(receipt, 'list'), 'item').map(({ attrs }) => attrs['id'] ?? '')]
    if (type === 'retry' && faults.arePhonesOff) return
    if (type === 'retry') {
      const count = childOf(receipt, 'retry')?.attrs['count'] ?? '1'
      const isKnown = await toCompanions.sayAgain(companion, id ?? '', count)
      if (!isKnown) await this.#retryFromDevice(companion, receipt)
      return
    }
    if (type !== undefined && !receiptTypes.has(type)) judge.against(`a receipt of the type ${type}`)
    if (type === 'read' || type === 'read-self') return await this.#relayRead(companion, receipt, ids)
    for (const one of ids) companion.outbox.confirm(confirmationKey('message', { id: one }))
    this.#parts.onChange()
  }

  /** Whoever wrote it is told on all linked devices, where the reader shows it, and the reader's other ones are. */
  async #relayRead(companion: Companion, { attrs }: Stanza, ids: readonly string[]): Promise<void> {
    const { addresses, judge } = this.#parts
    const { to, type, participant } = attrs
    const { person: reader } = companion
    const [author, chat] = [addresses.person(participant ?? to), addresses.chat(to)]
    if (author === undefined || chat === undefined)
      return judge.against(`a receipt for ${participant ?? to}, whom nobody knows`)
    const { world } = this.#parts
    if (type === 'read') {
      world.markRead(reader, author, ids)
      await world.sendReceipt(author, { from: reader, chat, ids, type })
    }
    const others = [...reader.companions.values()].filter((other) => other !== companion)
    const route =
      chat.kind === 'group' ? { from: chat.jid, participant: reader.lid } : { from: reader.lid, recipient: author.lid }
    for (const { outbox } of others)
      for (const id of ids) await outbox.post(stanza('receipt', { ...route, id, type, t: nowSeconds() }))
  }

  acknowledged(companion: Companion, { attrs }: Stanza): void {
    const { class: of = '', error, id } = attrs
    if (error === askedAgain) return
    if (of === 'message' && error !== undefined) this.refused.push(`${companion.pn} ${id} ${error}`)
    companion.outbox.confirm(confirmationKey(of, attrs))
    this.#parts.onChange()
  }

  chatState(companion: Companion, state: Stanza): void {
    const { addresses, judge, onChange } = this.#parts
    const { person } = companion
    const chat = addresses.chat(state.attrs['to'])
    if (chat === undefined) return judge.against(`typing to ${state.attrs['to']}, whom nobody knows`)
    if (childOf(state, 'composing') === undefined) return
    for (const member of membersOf(chat, person))
      if (member !== person) member.typingSeen.push({ author: person, chat: chatAt(member, person, chat) })
    onChange()
  }

  #acknowledge(connection: Connection, { attrs }: Stanza, error?: string): void {
    const { id, to, participant } = attrs
    connection.send(stanza('ack', { class: 'message', id, from: to, participant, t: nowSeconds(), error }))
  }

  /** Who may say it, and whether all are addressed who must be. The code of a refusal, or undefined. */
  #problemWithSender(companion: Companion, message: Stanza, target: Chat): string | undefined {
    const { judge } = this.#parts
    const { person } = companion
    const { id } = message.attrs
    if (target.kind === 'group' && !target.members.has(person)) {
      judge.against(`message ${id} to a group of which ${person.name} is no member`)
      return '403'
    }
    if (message.attrs['category'] === 'peer' && target !== person) judge.against(`message ${id} is no peer’s`)
    const direct = childOf(message, 'enc')
    const encs = [direct, ...childrenOf(childOf(message, 'participants'), 'to').map((to) => childOf(to, 'enc'))]
    const isFirst = encs.some((enc) => enc?.attrs['type'] === 'pkmsg')
    const identity = bytesOf(message, 'device-identity')
    if (isFirst && message.attrs['category'] !== 'peer' && identity.length === 0)
      judge.against(`message ${id} begins a session without a device identity`)
    const account = person.device.identity.publicKey
    const problem = identity.length === 0 ? undefined : problemWithIdentity(identity, companion.identity, account)
    if (problem !== undefined) judge.against(`message ${id}: ${problem}`)
    if (target.kind === 'person' && direct === undefined) this.#judgeFanout(person, message, target)
    return undefined
  }

  /** Both phones get a private message: the other’s, and the own one, which is to show what was said. */
  #judgeFanout(person: Person, message: Stanza, target: Person): void {
    const { addresses, judge } = this.#parts
    const jids = childrenOf(childOf(message, 'participants'), 'to').map(({ attrs }) => attrs['jid'])
    const phones = jids.filter((jid) => parseJid(jid)?.device === 0).map((jid) => addresses.person(jid))
    for (const wanted of new Set([person, target]))
      if (!phones.includes(wanted))
        judge.against(`message ${message.attrs['id']} is not for the phone of ${wanted.name}`)
  }

  async #pass(companion: Companion, message: Stanza, target: Chat): Promise<void> {
    const { reader, onChange } = this.#parts
    const { id = '' } = message.attrs
    const { person } = companion
    const chatOf = (phone: Person): Chat => chatAt(phone, person, target)
    const has = (phone: Person): boolean => messageIn(phone, chatOf(phone), { id }) !== undefined
    for (const read of await reader.read(companion, message, has)) this.#show(companion, message, { target, read })
    await this.#passToDevices(companion, message, target)
    onChange()
    if (message.attrs['category'] === 'peer') return
    // Phones confirm what they have; what they cannot read they have asked for again.
    for (const phone of membersOf(target, person)) {
      if (phone === person || !has(phone)) continue
      const receipt = { from: phone, chat: target.kind === 'group' ? target : person, ids: [id] }
      await this.#parts.world.sendReceipt(person, receipt)
    }
  }

  #show(companion: Companion, message: Stanza, { target, read }: { target: Chat; read: Read }): void {
    const { judge, media } = this.#parts
    const { person } = companion
    const { phone, content } = read
    const { id = '' } = message.attrs
    const isPeer = message.attrs['category'] === 'peer'
    const sent = content.deviceSentMessage
    const isOwnPhone = phone === person && target.kind === 'person'
    if (isOwnPhone && !isPeer && !sent)
      judge.against(`message ${id} for the own phone does not say to whom it was sent`)
    if (!isOwnPhone && sent) judge.against(`message ${id} is for another’s phone as if it were the own`)
    const shown = sent?.message ?? content
    const chat = chatAt(phone, person, target)
    receive(phone, { id, author: person, chat, at: Date.now(), content: shown }, { media, judge })
  }

  /** Other linked devices, of the own account or of others: the server only passes on what was made for them. */
  async #passToDevices(companion: Companion, message: Stanza, target: Chat): Promise<void> {
    const { addresses } = this.#parts
    const { id, type, edit } = message.attrs
    const direct = childOf(message, 'enc')
    const isForAll = direct?.attrs['type'] === 'skmsg'
    const forDevice = new Map<Companion, Stanza[]>()
    const note = (jid: string | undefined, enc: Stanza | undefined): void => {
      const device = addresses.person(jid)?.companions.get(parseJid(jid)?.device ?? 0)
      if (device !== undefined && device !== companion && enc !== undefined)
        forDevice.set(device, [...(forDevice.get(device) ?? []), enc])
    }
    for (const to of childrenOf(childOf(message, 'participants'), 'to')) note(to.attrs['jid'], childOf(to, 'enc'))
    if (!isForAll) note(message.attrs['participant'] ?? message.attrs['to'], direct)
    if (isForAll && target.kind === 'group')
      for (const member of target.members.keys()) for (const { pn } of member.companions.values()) note(pn, direct)
    for (const [device, encs] of forDevice) {
      const common = { id, type, edit, t: nowSeconds(), notify: companion.person.name }
      const identity = childOf(message, 'device-identity')
      const content = identity === undefined ? encs : [...encs, identity]
      await device.outbox.post(stanza('message', { ...this.#route(companion, device, target), ...common }, content))
    }
  }

  #route(from: Companion, to: Companion, target: Chat): Record<string, string> {
    if (target.kind === 'group')
      return { from: target.jid, participant: from.lid, participant_pn: from.pn, addressing_mode: 'lid' }
    if (to.person === from.person) return { from: from.lid, recipient: target.lid, peer_recipient_pn: target.pn }
    return { from: from.lid, sender_pn: from.pn }
  }

  /** What another linked device said could not be read: that device is asked. */
  async #retryFromDevice(companion: Companion, receipt: Stanza): Promise<void> {
    const { addresses, judge } = this.#parts
    const { id, to, participant, recipient, t } = receipt.attrs
    const asked = participant ?? to
    const device = addresses.person(asked)?.companions.get(parseJid(asked)?.device ?? 0)
    if (device === undefined) return judge.against(`message ${id} is asked for again and was never sent`)
    const group = addresses.group(to)
    const route =
      group === undefined ? { from: companion.lid, recipient } : { from: group.jid, participant: companion.lid }
    await device.outbox.post(stanza('receipt', { ...route, id, type: 'retry', t }, receipt.content))
  }
}

const receiptTypes = new Set([
  'inactive',
  'sender',
  'peer_msg',
  'hist_sync',
  'read',
  'read-self',
  'played',
  'server-error',
])

function judgeMessage(message: Stanza, judge: Judge): void {
  const { attrs, content } = message
  const { id = '', to, type = '', participant } = attrs
  if (!/^[0-9A-Z-]{8,40}$/i.test(id)) judge.against(`a message with the id ${JSON.stringify(id)}`)
  if (!messageTypes.has(type)) judge.against(`message ${id} is of the type ${JSON.stringify(type)}`)
  for (const jid of [to, participant]) {
    if (jid !== undefined && parseJid(jid) === undefined) judge.against(`message ${id} is for the address ${jid}`)
  }
  if (!Array.isArray(content) || content.length === 0) judge.against(`message ${id} has no content`)
  const parts = childrenOf(childOf(message, 'participants'), 'to').flatMap((part) => childrenOf(part, 'enc'))
  for (const { attrs: enc } of [...childrenOf(message, 'enc'), ...parts])
    if (enc['v'] !== '2' || !['pkmsg', 'msg', 'skmsg'].includes(enc['type'] ?? ''))
      judge.against(`message ${id} is encrypted as ${enc['type']}, version ${enc['v']}`)
}
