import { randomBytes } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import type { AppState } from '../account/app-state.ts'
import type { Said } from '../deliveries/to-companions.ts'
import type { Judge } from '../judge.ts'
import type { MediaHost } from '../media/media-host.ts'
import type { NewMedia } from '../media/media-files.ts'
import { nowSeconds } from '../wire/clock.ts'
import { stanza } from '../wire/stanza.ts'
import { newStanzaId } from '../wire/stanza-id.ts'
import { chatAt, membersOf, type Addresses } from './addresses.ts'
import type { Chat, Group, Person } from './entities.ts'
import type { GroupChanges } from './group-changes.ts'
import { messageIn, receive } from './receive.ts'

/** Enough to name a message in its chat. */
export interface MessageRef {
  readonly id: string
  readonly author: Person
}

export interface WorldParts {
  readonly addresses: Addresses
  readonly media: MediaHost
  readonly judge: Judge
  readonly groups: GroupChanges
  readonly appState: AppState
  readonly deliver: (said: Said) => Promise<void>
  readonly onChange: () => void
}

const { Type } = proto.Message.ProtocolMessage

/**
 * What people do with their phones. `chat` is always as the one who acts has it: the other person, or a group. What the owner
 * of a linked account does here is done on the owner’s own phone. All of it resolves once the network has accepted it.
 */
export class World {
  readonly #parts: WorldParts

  constructor(parts: WorldParts) {
    this.#parts = parts
  }

  async say(author: Person, chat: Chat, text: string): Promise<MessageRef> {
    return await this.post(author, chat, { conversation: text })
  }

  /** On the phone of the account’s owner; the linked devices are told. */
  async sayElsewhere(owner: Person, chat: Chat, text: string): Promise<MessageRef> {
    return await this.say(owner, chat, text)
  }

  async reply(author: Person, chat: Chat, given: { to: MessageRef; text: string }): Promise<MessageRef> {
    const { to, text } = given
    const quotedMessage = messageIn(author, chat, to)?.sent ?? { conversation: '' }
    const contextInfo = { stanzaId: to.id, participant: to.author.lid, quotedMessage }
    return await this.post(author, chat, { extendedTextMessage: { text, contextInfo } })
  }

  async edit(author: Person, chat: Chat, given: { message: MessageRef; text: string }): Promise<void> {
    const { message, text } = given
    const key = keyAt(author, chat, message)
    const editedMessage = { conversation: text }
    const protocolMessage = { type: Type.MESSAGE_EDIT, key, editedMessage, timestampMs: Date.now() }
    await this.post(author, chat, { protocolMessage })
  }

  async takeBack(author: Person, chat: Chat, message: MessageRef): Promise<void> {
    await this.post(author, chat, { protocolMessage: { type: Type.REVOKE, key: keyAt(author, chat, message) } })
  }

  /** Without `emoji` the reaction is taken back. */
  async react(author: Person, chat: Chat, given: { to: MessageRef; emoji?: string }): Promise<void> {
    const { to, emoji = '' } = given
    const reactionMessage = { key: keyAt(author, chat, to), text: emoji, senderTimestampMs: Date.now() }
    await this.post(author, chat, { reactionMessage })
  }

  async sendMedia(author: Person, chat: Chat, media: NewMedia): Promise<MessageRef> {
    return await this.post(author, chat, this.#parts.media.publish(media))
  }

  async locate(
    author: Person,
    chat: Chat,
    place: { latitude: number; longitude: number; name?: string },
  ): Promise<MessageRef> {
    const { latitude, longitude, name = '' } = place
    const locationMessage = { degreesLatitude: latitude, degreesLongitude: longitude, name }
    return await this.post(author, chat, { locationMessage })
  }

  async sendContact(author: Person, chat: Chat, contact: { name: string; phone: string }): Promise<MessageRef> {
    const { name, phone } = contact
    const digits = phone.replace(/\D/g, '')
    const tel = `TEL;type=CELL;waid=${digits}:+${digits}`
    const vcard = ['BEGIN:VCARD', 'VERSION:3.0', `FN:${name}`, tel, 'END:VCARD'].join('\n')
    return await this.post(author, chat, { contactMessage: { displayName: name, vcard } })
  }

  /** Of a kind that hardly any client has a form for. */
  async sendUnknown(author: Person, chat: Chat): Promise<MessageRef> {
    return await this.post(author, chat, { bcallMessage: { sessionId: 'a session', mediaType: 1, caption: 'unknown' } })
  }

  /** Any message at all; under an id that the author's client chooses, as each does. */
  async post(
    author: Person,
    chat: Chat,
    content: proto.IMessage,
    id = `3EB0${randomBytes(9).toString('hex').toUpperCase()}`,
  ): Promise<MessageRef> {
    const whole = chat.kind === 'group' && !chat.members.has(author) ? undefined : content
    if (whole === undefined) throw new Error(`${author.name} is not in the group`)
    const { media, judge } = this.#parts
    for (const phone of membersOf(chat, author))
      receive(phone, { id, author, chat: chatAt(phone, author, chat), at: Date.now(), content }, { media, judge })
    this.#parts.onChange()
    await this.#parts.deliver({ id, author, chat, content })
    return { id, author }
  }

  /** Seen by others for as long as they look. */
  type(author: Person, chat: Chat, state: 'composing' | 'paused' = 'composing'): void {
    const route = chat.kind === 'group' ? { from: chat.jid, participant: author.lid } : { from: author.lid }
    for (const companion of this.#companionsOfOthers(author, chat))
      companion.outbox.sendNow(stanza('chatstate', route, [stanza(state)]))
  }

  /** Up to and with the message: all of that chat that the reader had not read. */
  async read(reader: Person, chat: Chat, upTo: MessageRef): Promise<void> {
    const inChat = reader.seen(chat)
    const end = inChat.findIndex(({ id }) => id === upTo.id)
    const unread = inChat.slice(0, end + 1).filter(({ author, readBy }) => author !== reader && !readBy.has(reader))
    const byAuthor = Map.groupBy(unread, ({ author }) => author)
    const receipts = [...byAuthor].map(async ([author, messages]) => {
      const ids = messages.map(({ id }) => id)
      this.markRead(reader, author, ids)
      if (reader.tellsReads) await this.sendReceipt(author, { from: reader, chat, ids, type: 'read' })
    })
    await Promise.all(receipts)
  }

  markRead(reader: Person, author: Person, ids: readonly string[]): void {
    for (const phone of [reader, author])
      for (const message of phone.messages) if (ids.includes(message.id)) message.readBy.add(reader)
    this.#parts.onChange()
  }

  /** To all linked devices of whoever wrote the messages. Without a type: they have arrived. */
  async sendReceipt(to: Person, receipt: ReceiptOf): Promise<void> {
    const { from, chat, ids, type } = receipt
    const [id, ...more] = ids
    const route = chat.kind === 'group' ? { from: chat.jid, participant: from.lid } : { from: from.lid }
    const list = stanza(
      'list',
      {},
      more.map((other) => stanza('item', { id: other })),
    )
    const node = stanza('receipt', { ...route, id, type, t: nowSeconds() }, more.length > 0 ? [list] : undefined)
    await Promise.all([...to.companions.values()].map(({ outbox }) => outbox.post(node)))
  }

  /** Lets what is said from now on disappear after so many seconds; 0: it stays. */
  async setTimer(author: Person, chat: Chat, seconds: number): Promise<void> {
    if (chat.kind === 'group') return await this.#parts.groups.setTimer(author, chat, seconds)
    const setting = { ephemeralExpiration: seconds, ephemeralSettingTimestamp: Number(nowSeconds()) }
    await this.post(author, chat, { protocolMessage: { type: Type.EPHEMERAL_SETTING, ...setting } })
  }

  async rename(author: Person, group: Group, subject: string): Promise<void> {
    await this.#parts.groups.rename(author, group, subject)
  }

  async setTopic(author: Person, group: Group, description: string): Promise<void> {
    await this.#parts.groups.describe(author, group, description)
  }

  async add(author: Person, group: Group, person: Person): Promise<void> {
    await this.#parts.groups.add(author, group, [person])
  }

  /** Also of oneself: then it is a leaving. */
  async remove(author: Person, group: Group, person: Person): Promise<void> {
    await this.#parts.groups.remove(author, group, [person])
  }

  async promote(author: Person, group: Group, person: Person): Promise<void> {
    await this.#parts.groups.setAdmin(author, group, { people: [person], isAdmin: true })
  }

  async demote(author: Person, group: Group, person: Person): Promise<void> {
    await this.#parts.groups.setAdmin(author, group, { people: [person], isAdmin: false })
  }

  /** In the owner's phone book. */
  async nameContact(owner: Person, contact: Person, name: string): Promise<void> {
    owner.contactNames.set(contact, name)
    await this.#parts.appState.nameContact(owner, contact, name)
  }

  /** undefined takes it away. Of a group only its members are told. */
  async setPicture(whose: Chat, bytes: Uint8Array | undefined): Promise<void> {
    whose.pictureUrl = bytes && this.#parts.media.publishPicture(bytes)
    const [from, author] = whose.kind === 'group' ? [whose.jid, whose.creator.lid] : [whose.lid, whose.lid]
    const change =
      bytes === undefined
        ? stanza('delete', { jid: from, author })
        : stanza('set', { id: String(Date.now()), jid: from, author })
    const notice = stanza('notification', { from, id: newStanzaId(), type: 'picture', t: nowSeconds() }, [change])
    const told = whose.kind === 'group' ? whose.members.keys() : this.#parts.addresses.people
    for (const other of told)
      if (other !== whose) for (const { outbox } of other.companions.values()) await outbox.post(notice)
  }

  *#companionsOfOthers(author: Person, chat: Chat) {
    for (const member of membersOf(chat, author)) if (member !== author) yield* member.companions.values()
  }
}

export interface ReceiptOf {
  readonly from: Person
  readonly chat: Chat
  readonly ids: readonly string[]
  readonly type?: 'read' | undefined
}

/** How one who writes about a message names it. */
function keyAt(author: Person, chat: Chat, message: MessageRef): proto.IMessageKey {
  const remoteJid = chat.kind === 'group' ? chat.jid : chat.lid
  const participant = chat.kind === 'group' ? { participant: message.author.lid } : {}
  return { remoteJid, fromMe: message.author === author, id: message.id, ...participant }
}
