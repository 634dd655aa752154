import type { Channel, Group, Person, Post, TelegramServer, TlObject } from '../telegram/index.ts'
import { mediaOfKind, shownMedia } from './telegram-media.ts'
import type { LoopbackChat, LoopbackMedia, RemoteRef, SeenMessage } from './loopback-chat.ts'

export interface TelegramChatParts {
  readonly server: TelegramServer
  readonly account: Person
  readonly friend: Person
  /** The friend, for the private chat; else the group. */
  readonly chat: Person | Channel | Group
  readonly roomId: string
  /** Further accounts that are logged in and speak in the same room. */
  readonly others?: readonly Person[]
  readonly speakers?: readonly number[]
}

/** A chat of the loopback account with its friend, as the friend has it. */
export class TelegramChat implements LoopbackChat {
  readonly kind: 'direct' | 'group'
  readonly roomId: string
  readonly speakers?: readonly number[]
  readonly #parts: TelegramChatParts
  readonly #refs = new Map<string, Post>()
  readonly #ids = new Map<Post, string>()

  constructor(parts: TelegramChatParts) {
    this.#parts = parts
    this.kind = parts.chat.kind === 'person' ? 'direct' : 'group'
    this.roomId = parts.roomId
    if (parts.speakers !== undefined) this.speakers = parts.speakers
  }

  say(text: string): Promise<RemoteRef> {
    return Promise.resolve(this.#post({ text }))
  }

  sayBold(text: string): Promise<RemoteRef> {
    return Promise.resolve(this.#post({ text, entities: [{ _: 'messageEntityBold', offset: 0, length: text.length }] }))
  }

  reply(to: RemoteRef, text: string): Promise<RemoteRef> {
    return Promise.resolve(this.#post({ text, replyTo: this.#postOf(to) }))
  }

  edit(message: RemoteRef, text: string): Promise<void> {
    this.#parts.server.world.edit(this.#postOf(message), { text })
    return Promise.resolve()
  }

  takeBack(message: RemoteRef): Promise<void> {
    this.#parts.server.world.remove([this.#postOf(message)])
    return Promise.resolve()
  }

  react(to: RemoteRef, key: string): Promise<void> {
    this.#parts.server.world.react(this.#postOf(to), this.#parts.friend, [key])
    return Promise.resolve()
  }

  unreact(to: RemoteRef): Promise<void> {
    this.#parts.server.world.react(this.#postOf(to), this.#parts.friend, [])
    return Promise.resolve()
  }

  send(media: LoopbackMedia): Promise<RemoteRef> {
    const { world } = this.#parts.server
    return Promise.resolve(this.#post({ text: media.caption ?? '', media: mediaOfKind(world, media) }))
  }

  locate(place: { latitude: number; longitude: number; name?: string }): Promise<RemoteRef> {
    const geo = { _: 'geoPoint', lat: place.latitude, long: place.longitude, access_hash: 0n }
    const venue = {
      _: 'messageMediaVenue',
      geo,
      title: place.name ?? '',
      address: '',
      provider: '',
      venue_id: '',
      venue_type: '',
    }
    return Promise.resolve(this.#post({ text: '', media: { tl: venue } }))
  }

  sendContact({ name, phone }: { name: string; phone: string }): Promise<RemoteRef> {
    const contact = { phone_number: phone, first_name: name, last_name: '', vcard: '', user_id: 0n }
    return Promise.resolve(this.#post({ text: '', media: { tl: { _: 'messageMediaContact', ...contact } } }))
  }

  sendUnknown(): Promise<RemoteRef> {
    return Promise.resolve(this.#post({ text: '', media: { tl: { _: 'messageMediaUnsupported' } } }))
  }

  type(): Promise<void> {
    this.#parts.server.world.type(this.#parts.friend, this.#chatFor(this.#parts.friend))
    return Promise.resolve()
  }

  /** Who of a group has read is not told. */
  read(message: RemoteRef): Promise<boolean> {
    this.#parts.server.world.read(this.#parts.friend, this.#postOf(message))
    return Promise.resolve(this.kind === 'direct')
  }

  /** In another app of the account: all of its sessions hear of it. */
  sayElsewhere(text: string): Promise<RemoteRef> {
    const { server, account } = this.#parts
    return Promise.resolve(this.#refOf(server.world.post({ author: account, chat: this.#chatFor(account), text })))
  }

  rename(name: string): Promise<void> {
    const { server, friend, chat } = this.#parts
    if (chat.kind !== 'channel') return Promise.resolve()
    chat.title = name
    server.world.post({ author: friend, chat, action: { _: 'messageActionChatEditTitle', title: name } })
    return Promise.resolve()
  }

  addMember(): Promise<string | undefined> {
    const { server, friend, chat } = this.#parts
    if (chat.kind !== 'channel') return Promise.resolve(undefined)
    const person = server.addPerson({ firstName: `Guest ${chat.members.size}` })
    chat.members.set(person.id, { person, isAdmin: false, isCreator: false })
    const action = { _: 'messageActionChatAddUser', users: [person.id] }
    server.world.post({ author: friend, chat, action, about: [person] })
    return Promise.resolve(person.firstName)
  }

  removeMember(): Promise<void> {
    const { server, friend, chat } = this.#parts
    const last = chat.kind === 'channel' ? [...chat.members.values()].at(-1)?.person : undefined
    if (chat.kind !== 'channel' || last === undefined) return Promise.resolve()
    chat.members.delete(last.id)
    const action = { _: 'messageActionChatDeleteUser', user_id: last.id }
    server.world.post({ author: friend, chat, action, about: [last] })
    return Promise.resolve()
  }

  promote(): Promise<boolean> {
    const { server, account, friend, chat } = this.#parts
    const member = chat.kind === 'channel' ? chat.members.get(friend.id) : undefined
    if (chat.kind !== 'channel' || member === undefined) return Promise.resolve(false)
    member.isAdmin = true
    server.world.push(account, [{ _: 'updateChannel', channel_id: chat.id }], [chat])
    return Promise.resolve(true)
  }

  seen(): SeenMessage[] {
    const { account, others = [] } = this.#parts
    const isOurs = (author: Post['author']): boolean => author === account || others.some((other) => other === author)
    return this.#posts()
      .filter(({ author, action }) => isOurs(author) && action === undefined)
      .map((post) => this.#shown(post))
  }

  async seeing(fits: (message: SeenMessage) => boolean, what: string): Promise<SeenMessage> {
    return await this.#parts.server.until(() => this.seen().find(fits), what, 180_000)
  }

  async reactionsTo(id: string, keys: readonly string[]): Promise<void> {
    const { server, account } = this.#parts
    const post = this.#postOf({ id })
    await server.until(
      () => ((post.reactions.get(account.id) ?? []).join() === keys.join() ? true : undefined),
      `the reactions ${keys.join()}`,
    )
  }

  async sawTyping(): Promise<void> {
    const { server, account } = this.#parts
    const chat = this.#chatFor(account)
    const isIt = (typed: { person: Person; chat: unknown }): boolean => typed.person === account && typed.chat === chat
    await server.until(() => server.world.typed.some(isIt) || undefined, 'typing')
  }

  async sawRead(message: RemoteRef): Promise<void> {
    const { server, account, chat } = this.#parts
    const box = chat.kind === 'channel' ? chat.box : account.box
    const number = this.#postOf(message).numbers.get(box) ?? 0
    await server.until(() => ((account.read.get(chat.id)?.inbox ?? 0) >= number ? true : undefined), 'the receipt')
  }

  async sawInfo({ name, topic }: { name?: string; topic?: string }): Promise<void> {
    const { server, chat } = this.#parts
    if (chat.kind !== 'channel') return
    const isSo = (): boolean =>
      (name === undefined || chat.title === name) && (topic === undefined || chat.about === topic)
    await server.until(() => (isSo() ? true : undefined), `the chat as ${name ?? topic ?? ''}`)
  }

  #post(what: { text: string; entities?: readonly TlObject[]; media?: Post['media']; replyTo?: Post }): RemoteRef {
    const { server, friend } = this.#parts
    return this.#refOf(server.world.post({ author: friend, chat: this.#chatFor(friend), ...what }))
  }

  /** A private chat is called by the other side. */
  #chatFor(author: Person): Person | Channel | Group {
    const { chat, account, friend } = this.#parts
    return chat.kind !== 'person' ? chat : author === friend ? account : friend
  }

  #posts(): Post[] {
    const { chat, account, friend } = this.#parts
    const box = chat.kind === 'channel' ? chat.box : friend.box
    const isHere = (post: Post): boolean =>
      chat.kind === 'channel' ||
      (chat.kind === 'group' && post.chat === chat) ||
      (post.chat.kind === 'person' && (post.author === account || post.chat === account))
    return [...box.posts.values()].filter(isHere)
  }

  #shown(post: Post): SeenMessage {
    const media = shownMedia(post)
    const geo = post.media?.tl['geo'] as TlObject | undefined
    return {
      ...this.#refOf(post),
      text: bareText(post),
      isEdited: post.editDate !== undefined,
      isDeleted: post.isDeleted,
      reactions: post.reactions.get(this.#parts.account.id) ?? [],
      ...(post.replyTo !== undefined && { repliesTo: post.replyTo.text }),
      ...(media !== undefined && { media }),
      ...(geo !== undefined && { location: { latitude: geo['lat'] as number, longitude: geo['long'] as number } }),
    }
  }

  #refOf(post: Post): RemoteRef {
    const id = this.#ids.get(post) ?? `post ${this.#ids.size + 1}`
    this.#ids.set(post, id)
    this.#refs.set(id, post)
    return { id }
  }

  #postOf({ id }: RemoteRef): Post {
    const post = this.#refs.get(id)
    if (post === undefined) throw new Error(`${id} is no message here`)
    return post
  }
}

/** With the bold parts between stars, so that a suite sees that they are. */
function bareText({ text, entities }: Post): string {
  const bold = entities.find(({ _ }) => _ === 'messageEntityBold')
  if (bold === undefined) return text
  const [from, length] = [bold['offset'] as number, bold['length'] as number]
  return `${text.slice(0, from)}*${text.slice(from, from + length)}*${text.slice(from + length)}`
}
