import type { Chat, Group, MediaKind, MessageRef, Person, PhoneMessage, WhatsAppServer } from '../whatsapp/index.ts'
import type { LoopbackChat, LoopbackMedia, LoopbackMediaKind, RemoteRef, SeenMessage } from './loopback-chat.ts'

export interface WhatsAppChatParts {
  readonly server: WhatsAppServer
  readonly account: Person
  readonly friend: Person
  /** The friend, for the private chat; else the group. */
  readonly chat: Person | Group
  readonly roomId: string
  /** Further accounts that are logged in and speak in the same room. */
  readonly others?: readonly Person[]
  readonly speakers?: readonly number[]
}

/** A chat of the loopback account with its friend, as the friend's phone has it. */
export class WhatsAppChat implements LoopbackChat {
  readonly kind: 'direct' | 'group'
  readonly roomId: string
  readonly speakers?: readonly number[]
  readonly #parts: WhatsAppChatParts
  #guest: Person | undefined
  #guestCount = 0

  constructor(parts: WhatsAppChatParts) {
    this.#parts = parts
    this.kind = parts.chat.kind === 'person' ? 'direct' : 'group'
    this.roomId = parts.roomId
    if (parts.speakers !== undefined) this.speakers = parts.speakers
  }

  async say(text: string): Promise<RemoteRef> {
    const { server, friend } = this.#parts
    return await server.world.say(friend, this.#friendsChat, text)
  }

  /** The marks that WhatsApp's own clients write. */
  async sayBold(text: string): Promise<RemoteRef> {
    return await this.say(`*${text}*`)
  }

  async reply(to: RemoteRef, text: string): Promise<RemoteRef> {
    const { server, friend } = this.#parts
    return await server.world.reply(friend, this.#friendsChat, { to: this.#messageOf(to), text })
  }

  async edit(message: RemoteRef, text: string): Promise<void> {
    const { server, friend } = this.#parts
    await server.world.edit(friend, this.#friendsChat, { message: this.#messageOf(message), text })
  }

  async takeBack(message: RemoteRef): Promise<void> {
    const { server, friend } = this.#parts
    await server.world.takeBack(friend, this.#friendsChat, this.#messageOf(message))
  }

  async react(to: RemoteRef, key: string): Promise<void> {
    const { server, friend } = this.#parts
    await server.world.react(friend, this.#friendsChat, { to: this.#messageOf(to), emoji: key })
  }

  async unreact(to: RemoteRef): Promise<void> {
    const { server, friend } = this.#parts
    await server.world.react(friend, this.#friendsChat, { to: this.#messageOf(to) })
  }

  async send({ kind, ...media }: LoopbackMedia): Promise<RemoteRef> {
    const { server, friend } = this.#parts
    return await server.world.sendMedia(friend, this.#friendsChat, {
      ...media,
      kind: kind === 'file' ? 'document' : kind,
    })
  }

  async locate(place: { latitude: number; longitude: number; name?: string }): Promise<RemoteRef> {
    const { server, friend } = this.#parts
    return await server.world.locate(friend, this.#friendsChat, place)
  }

  async sendContact(contact: { name: string; phone: string }): Promise<RemoteRef> {
    const { server, friend } = this.#parts
    return await server.world.sendContact(friend, this.#friendsChat, contact)
  }

  async sendUnknown(): Promise<RemoteRef> {
    const { server, friend } = this.#parts
    return await server.world.sendUnknown(friend, this.#friendsChat)
  }

  type(): Promise<void> {
    const { server, friend } = this.#parts
    server.world.type(friend, this.#friendsChat)
    return Promise.resolve()
  }

  async read(message: RemoteRef): Promise<boolean> {
    const { server, friend } = this.#parts
    await server.world.read(friend, this.#friendsChat, this.#messageOf(message))
    return true
  }

  /** On the account's own phone. */
  async sayElsewhere(text: string): Promise<RemoteRef> {
    const { server, account, chat } = this.#parts
    return await server.world.sayElsewhere(account, chat, text)
  }

  async rename(name: string): Promise<void> {
    const { server, friend, chat } = this.#parts
    if (chat.kind === 'group') await server.world.rename(friend, chat, name)
  }

  async setTopic(topic: string): Promise<void> {
    const { server, friend, chat } = this.#parts
    if (chat.kind === 'group') await server.world.setTopic(friend, chat, topic)
  }

  /** Nobody knows more of somebody new than the number. */
  async addMember(): Promise<string | undefined> {
    const { server, account, chat } = this.#parts
    if (chat.kind !== 'group') return undefined
    const phone = `1555100${String(++this.#guestCount).padStart(4, '0')}`
    const guest = server.addPerson({ name: `Guest ${this.#guestCount}`, phone })
    this.#guest = guest
    await server.world.add(account, chat, guest)
    return `+${phone}`
  }

  async removeMember(): Promise<void> {
    const { server, account, chat } = this.#parts
    if (chat.kind === 'group' && this.#guest !== undefined) await server.world.remove(account, chat, this.#guest)
  }

  async promote(): Promise<boolean> {
    const { server, account, friend, chat } = this.#parts
    if (chat.kind !== 'group') return false
    await server.world.promote(account, chat, friend)
    return true
  }

  seen(): SeenMessage[] {
    const { account, friend, others = [] } = this.#parts
    return friend
      .seen(this.#friendsChat)
      .filter(({ author }) => author === account || others.includes(author))
      .map((message) => shown(message, account))
  }

  async seeing(fits: (message: SeenMessage) => boolean, what: string): Promise<SeenMessage> {
    return await this.#parts.server.until(() => this.seen().find(fits), what, 180_000)
  }

  async reactionsTo(id: string, keys: readonly string[]): Promise<void> {
    const { server, account } = this.#parts
    const isSo = (): boolean => (this.#find(id)?.reactions.get(account) ?? '') === keys.join('')
    await server.until(() => isSo() || undefined, `the reactions ${keys.join()}`)
  }

  async sawTyping(): Promise<void> {
    const { server, account, friend } = this.#parts
    const isIt = ({ author, chat }: { author: Person; chat: Chat }): boolean =>
      author === account && chat === this.#friendsChat
    await server.until(() => friend.typingSeen.some(isIt) || undefined, 'typing')
  }

  async sawRead(message: RemoteRef): Promise<void> {
    const { server, account } = this.#parts
    await server.until(() => this.#find(message.id)?.readBy.has(account) || undefined, 'the receipt')
  }

  async sawInfo({ name, topic }: { name?: string; topic?: string }): Promise<void> {
    const { server, chat } = this.#parts
    if (chat.kind !== 'group') return
    const isSo = (): boolean =>
      (name === undefined || chat.subject === name) && (topic === undefined || chat.description === topic)
    await server.until(() => isSo() || undefined, `the chat as ${name ?? topic ?? ''}`)
  }

  /** A private chat is called by the other side. */
  get #friendsChat(): Person | Group {
    const { account, chat } = this.#parts
    return chat.kind === 'group' ? chat : account
  }

  #find(id: string): PhoneMessage | undefined {
    return this.#parts.friend.seen(this.#friendsChat).find((message) => message.id === id)
  }

  #messageOf({ id }: RemoteRef): MessageRef {
    const message = this.#find(id)
    if (message === undefined) throw new Error(`${id} is no message here`)
    return message
  }
}

function shown(
  { id, text, isEdited, isDeleted, reactions, repliesTo, media, location }: PhoneMessage,
  account: Person,
) {
  const reaction = reactions.get(account)
  return {
    id,
    text,
    isEdited,
    isDeleted,
    reactions: reaction === undefined ? [] : [reaction],
    ...(repliesTo !== undefined && { repliesTo: repliesTo.text }),
    ...(media !== undefined && { media: { ...media, kind: kindOf(media.kind) } }),
    ...(location !== undefined && { location }),
  }
}

function kindOf(kind: MediaKind): LoopbackMediaKind {
  return kind === 'document' ? 'file' : kind
}
