import { randomBytes, randomInt } from 'node:crypto'
import type { TlObject } from '../tl/tl-value.ts'
import type { Box, Channel, Chat, Entity, Group, LogEntry, Media, Person, Post, StoredFile } from './entities.ts'
import { entitiesOf, messageOf, peerOf, reactionsOf, type NamedReactors } from './render.ts'

export interface WorldEvents {
  /** Something for all sessions of an account, but the one that caused it. */
  readonly push: (person: Person, update: TlObject, cause: unknown) => void
  readonly nowSeconds: () => number
  readonly namedReactors: () => NamedReactors
  readonly onChange: () => void
}

export interface NewPost {
  readonly author: Person
  readonly chat: Chat
  readonly text?: string
  readonly entities?: readonly TlObject[] | undefined
  readonly media?: Media | undefined
  readonly replyTo?: Post | undefined
  readonly action?: TlObject
  /** Whom a service message speaks of. */
  readonly about?: readonly Entity[]
  readonly randomId?: bigint
  readonly told?: Post['told']
  /** The session that did it, which is answered and not told. */
  readonly cause?: unknown
}

interface ReadMark {
  readonly number: number
  readonly which: 'Inbox' | 'Outbox'
}

export interface SavedWorld {
  readonly people: ReadonlyMap<bigint, Person>
  readonly groups: ReadonlyMap<bigint, Group>
  readonly channels: ReadonlyMap<bigint, Channel>
  readonly files: ReadonlyMap<bigint, StoredFile>
  readonly sent: ReadonlyMap<string, Post>
  readonly nextId: bigint
}

/** People, chats and what is said in them. It outlives every connection. */
export class World {
  readonly people = new Map<bigint, Person>()
  readonly groups = new Map<bigint, Group>()
  readonly channels = new Map<bigint, Channel>()
  readonly files = new Map<bigint, StoredFile>()
  /** What was sent under which random id, by account. */
  readonly sent = new Map<string, Post>()
  /** Who has typed where, as often as it was told. */
  readonly typed: { readonly person: Person; readonly chat: Chat }[] = []
  /** Plain private texts are pushed in the short form, as the real service does. */
  usesShortForms = true
  readonly #events: WorldEvents
  #nextId = 1_000_000n

  constructor(events: WorldEvents) {
    this.#events = events
  }

  newId(): bigint {
    return ++this.#nextId
  }

  /** Everything in it, as one value. */
  saved(): SavedWorld {
    const { people, groups, channels, files, sent } = this
    return { people, groups, channels, files, sent, nextId: this.#nextId }
  }

  /** Goes on where another world was saved. */
  resume(saved: SavedWorld): void {
    this.#addLaterFields(saved)
    for (const name of ['people', 'groups', 'channels', 'files'] as const)
      for (const [id, entity] of saved[name]) (this[name] as Map<bigint, unknown>).set(id, entity)
    for (const [id, post] of saved.sent) this.sent.set(id, post)
    this.#nextId = saved.nextId
  }

  /** What an earlier version has not saved. Its log may be of any time: whoever was away is told of it. */
  #addLaterFields({ people, channels }: SavedWorld): void {
    for (const person of people.values()) Object.assign(person, { timers: person.timers ?? new Map() })
    for (const { box } of [...people.values(), ...channels.values()])
      for (const entry of box.log) Object.assign(entry, { date: entry.date ?? this.now() })
  }

  now(): number {
    return this.#events.nowSeconds()
  }

  /** Something that suites may wait for has changed. */
  changed(): void {
    this.#events.onChange()
  }

  storeFile(bytes: Buffer, dc: number): StoredFile {
    const file = { id: BigInt(randomInt(1, 2 ** 40)), accessHash: randomBytes(8).readBigInt64LE(), bytes, dc }
    this.files.set(file.id, file)
    return file
  }

  /** Whoever has the chat's messages: each member of a basic group, both sides of a private chat, everybody in a channel. */
  audience(chat: Chat, author: Person): Person[] {
    if (chat.kind === 'person') return chat === author ? [author] : [author, chat]
    return [...chat.members.values()].map(({ person }) => person)
  }

  /** Lets what is said from now on disappear after so many seconds; 0: it stays. */
  setTimer(author: Person, chat: Chat, seconds: number): Post {
    const timer = seconds === 0 ? undefined : seconds
    if (chat.kind !== 'person') chat.timer = timer
    else
      for (const [one, other] of [
        [author, chat],
        [chat, author],
      ] as const)
        setOrDelete(one.timers, other.id, timer)
    return this.post({ author, chat, action: { _: 'messageActionSetMessagesTTL', period: seconds } })
  }

  post(given: NewPost): Post {
    const post: Post = {
      chat: given.chat,
      author: given.author,
      text: given.text ?? '',
      entities: given.entities ?? [],
      media: given.media,
      replyTo: given.replyTo,
      date: this.now(),
      ttlPeriod: timerOf(given.chat, given.author),
      isDeleted: false,
      reactions: new Map(),
      action: given.action,
      about: given.about ?? [],
      numbers: new Map(),
      randomId: given.randomId,
      told: given.told,
    }
    if (given.randomId !== undefined) this.sent.set(`${given.author.id}:${given.randomId}`, post)
    this.#tellOfPost(post, given.cause)
    this.#events.onChange()
    return post
  }

  edit(
    post: Post,
    change: { text?: string; entities?: readonly TlObject[] | undefined; media?: Media },
    cause?: unknown,
  ): void {
    post.text = change.text ?? post.text
    post.entities = change.entities ?? []
    post.media = change.media ?? post.media
    post.editDate = this.now()
    this.#tellOfChange(post, cause)
    this.#events.onChange()
  }

  remove(posts: readonly Post[], cause?: unknown): void {
    for (const post of posts) {
      post.isDeleted = true
      this.#removeFromBoxes(post, cause)
    }
    this.#events.onChange()
  }

  /** Somebody has opened what hangs on a private message, on one of their devices. */
  seeContents(person: Person, post: Post): void {
    const update = { _: 'updateReadMessagesContents', messages: [post.numbers.get(person.box) ?? 0] }
    const { pts } = this.#happened(person.box, 1, { update, about: [] })
    this.#push(person, [{ ...update, pts, pts_count: 1 }], [], undefined)
    this.#events.onChange()
  }

  /** Pushed without pts: a client that is away never hears of it and must look at the message again. */
  react(post: Post, person: Person, keys: readonly string[], cause?: unknown): void {
    if (keys.length === 0) post.reactions.delete(person.id)
    else post.reactions.set(person.id, keys)
    for (const viewer of this.audience(post.chat, post.author)) {
      const box = post.chat.kind === 'channel' ? post.chat.box : viewer.box
      const peer = post.chat.kind === 'person' ? (viewer === post.author ? post.chat : post.author) : post.chat
      const about = {
        peer: peerOf(peer),
        msg_id: post.numbers.get(box) ?? 0,
        reactions: reactionsOf(post, viewer, this.#events.namedReactors()),
      }
      this.#push(viewer, [{ _: 'updateMessageReactions', ...about }], [person, peer], cause)
    }
    this.#events.onChange()
  }

  type(person: Person, chat: Chat): void {
    this.typed.push({ person, chat })
    const action = { _: 'sendMessageTypingAction' }
    for (const viewer of this.audience(chat, person)) {
      if (viewer === person) continue
      this.#push(viewer, [typingUpdate(person, chat, action)], [person], undefined)
    }
  }

  /** The person has read everything in the chat up to the post. */
  read(person: Person, post: Post, cause?: unknown): void {
    const { chat, author } = post
    const box = chat.kind === 'channel' ? chat.box : person.box
    const other = chat.kind === 'person' ? (author === person ? chat : author) : chat
    const number = post.numbers.get(box) ?? 0
    marksOf(person, other).inbox = number
    this.#tellOfRead(person, other, { number, which: 'Inbox' }, cause)
    if (chat.kind === 'person') {
      const theirs = post.numbers.get(author.box) ?? 0
      marksOf(author, person).outbox = theirs
      this.#tellOfRead(author, person, { number: theirs, which: 'Outbox' })
    } else if (author !== person) {
      const theirs = post.numbers.get(chat.kind === 'channel' ? chat.box : author.box) ?? 0
      this.#tellOfRead(author, chat, { number: theirs, which: 'Outbox' })
    }
    this.#events.onChange()
  }

  /** A push of its own: a login token was accepted, a chat's members changed. */
  push(viewer: Person, updates: readonly TlObject[], about: readonly Entity[]): void {
    this.#push(viewer, updates, about, undefined)
  }

  #tellOfPost(post: Post, cause: unknown): void {
    const { chat, author } = post
    const about = [author, chat, ...post.about]
    if (chat.kind === 'channel') {
      const number = chat.box.nextId++
      post.numbers.set(chat.box, number)
      chat.box.posts.set(number, post)
      const { pts } = this.#happened(chat.box, 1, {
        message: messageOf(post, chat.box, undefined),
        about,
        sent: sentAs(post, chat.box),
      })
      for (const viewer of this.audience(chat, author)) {
        const message = messageOf(post, chat.box, viewer)
        this.#push(viewer, [{ _: 'updateNewChannelMessage', message, pts, pts_count: 1 }], about, cause)
      }
      return
    }
    for (const viewer of this.audience(chat, author)) {
      const number = viewer.box.nextId++
      post.numbers.set(viewer.box, number)
      viewer.box.posts.set(number, post)
    }
    for (const viewer of this.audience(chat, author)) {
      const message = messageOf(post, viewer.box, viewer)
      const { pts } = this.#happened(viewer.box, 1, {
        message,
        about,
        sent: viewer === author ? sentAs(post, viewer.box) : undefined,
      })
      const short = this.usesShortForms ? shortForm(post, message, { pts, viewer }) : undefined
      if (short !== undefined) this.#events.push(viewer, short, cause)
      else this.#push(viewer, [{ _: 'updateNewMessage', message, pts, pts_count: 1 }], about, cause)
    }
  }

  #tellOfChange(post: Post, cause: unknown): void {
    const { chat, author } = post
    const about = [author, chat, ...post.about]
    if (chat.kind === 'channel') {
      const message = messageOf(post, chat.box, undefined)
      const { pts } = this.#happened(chat.box, 1, { update: { _: 'updateEditChannelMessage', message }, about })
      for (const viewer of this.audience(chat, author)) {
        const own = messageOf(post, chat.box, viewer)
        this.#push(viewer, [{ _: 'updateEditChannelMessage', message: own, pts, pts_count: 1 }], about, cause)
      }
      return
    }
    for (const viewer of this.audience(chat, author)) {
      const update = { _: 'updateEditMessage', message: messageOf(post, viewer.box, viewer) }
      const { pts } = this.#happened(viewer.box, 1, { update, about })
      this.#push(viewer, [{ ...update, pts, pts_count: 1 }], about, cause)
    }
  }

  #removeFromBoxes({ chat, author, numbers }: Post, cause: unknown): void {
    if (chat.kind === 'channel') {
      const update = { _: 'updateDeleteChannelMessages', channel_id: chat.id, messages: [numbers.get(chat.box) ?? 0] }
      const { pts } = this.#happened(chat.box, 1, { update, about: [chat] })
      for (const viewer of this.audience(chat, author))
        this.#push(viewer, [{ ...update, pts, pts_count: 1 }], [chat], cause)
      return
    }
    for (const viewer of this.audience(chat, author)) {
      const update = { _: 'updateDeleteMessages', messages: [numbers.get(viewer.box) ?? 0] }
      const { pts } = this.#happened(viewer.box, 1, { update, about: [] })
      this.#push(viewer, [{ ...update, pts, pts_count: 1 }], [], cause)
    }
  }

  #tellOfRead(viewer: Person, chat: Chat, { number, which }: ReadMark, cause?: unknown): void {
    if (chat.kind === 'channel') {
      const extra = which === 'Inbox' ? { still_unread_count: 0, pts: chat.box.pts } : {}
      const update = { _: `updateReadChannel${which}`, channel_id: chat.id, max_id: number, ...extra }
      return this.#push(viewer, [update], [chat], cause)
    }
    const extra = which === 'Inbox' ? { still_unread_count: 0 } : {}
    const update = { _: `updateReadHistory${which}`, peer: peerOf(chat), max_id: number, ...extra }
    const { pts } = this.#happened(viewer.box, 1, { update, about: [chat] })
    this.#push(viewer, [{ ...update, pts, pts_count: 1 }], [chat], cause)
  }

  /** Takes `count` of the box's pts and remembers what for; the update is given them as well. */
  #happened(
    box: Box,
    count: number,
    what: Pick<LogEntry, 'message' | 'update' | 'about'> & { readonly sent?: LogEntry['sent'] | undefined },
  ): { pts: number } {
    box.pts += count
    const { message, update, about, sent } = what
    box.log.push({
      pts: box.pts,
      count,
      date: this.now(),
      about,
      ...(message && { message }),
      ...(sent && { sent }),
      ...(update && { update: { ...update, pts: box.pts, pts_count: count } }),
    })
    return { pts: box.pts }
  }

  #push(viewer: Person, updates: readonly TlObject[], about: readonly Entity[], cause: unknown): void {
    this.#events.push(viewer, this.wrap(viewer, updates, about), cause)
  }

  wrap(viewer: Person, updates: readonly TlObject[], about: readonly Entity[]): TlObject {
    return { _: 'updates', updates, ...entitiesOf(about, viewer, this.now()), date: this.now(), seq: 0 }
  }
}

function timerOf(chat: Chat, author: Person): number | undefined {
  return chat.kind === 'person' ? author.timers.get(chat.id) : chat.timer
}

function setOrDelete<Key, Value>(map: Map<Key, Value>, key: Key, value: Value | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}

function sentAs(post: Post, box: Box): LogEntry['sent'] {
  const { author, randomId, numbers } = post
  return randomId === undefined ? undefined : { by: author.id, randomId, id: numbers.get(box) ?? 0 }
}

export function marksOf(person: Person, chat: Chat): { inbox: number; outbox: number } {
  const known = person.read.get(chat.id) ?? { inbox: 0, outbox: 0 }
  person.read.set(chat.id, known)
  return known
}

function typingUpdate(person: Person, chat: Chat, action: TlObject): TlObject {
  const from = { from_id: peerOf(person), action }
  if (chat.kind === 'person') return { _: 'updateUserTyping', user_id: person.id, action }
  if (chat.kind === 'group') return { _: 'updateChatUserTyping', chat_id: chat.id, ...from }
  return { _: 'updateChannelUserTyping', channel_id: chat.id, ...from }
}

/** "updateShortMessage" and its like leave out whatever a plain text has no need of. */
function shortForm(
  post: Post,
  message: TlObject,
  { pts, viewer }: { pts: number; viewer: Person },
): TlObject | undefined {
  const { chat, author } = post
  if (post.media !== undefined || post.action !== undefined) return undefined
  const common = {
    out: author === viewer,
    id: message['id'],
    message: post.text,
    pts,
    pts_count: 1,
    date: post.date,
    ...(post.entities.length > 0 && { entities: post.entities }),
    ...Object.fromEntries(
      ['reply_to', 'fwd_from', 'ttl_period'].flatMap((name) =>
        message[name] === undefined ? [] : [[name, message[name]]],
      ),
    ),
  }
  if (chat.kind === 'group') return { _: 'updateShortChatMessage', from_id: author.id, chat_id: chat.id, ...common }
  if (chat.kind === 'person') {
    return { _: 'updateShortMessage', user_id: author === viewer ? chat.id : author.id, ...common }
  }
  return undefined
}
