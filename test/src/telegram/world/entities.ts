import type { Verifier } from '../crypto/srp.ts'
import type { TlObject, TlValue } from '../tl/tl-value.ts'

/** One thing that happened to a box: what a difference is made of (core.telegram.org/api/updates). */
export interface LogEntry {
  readonly pts: number
  readonly count: number
  /** Seconds since 1970. */
  readonly date: number
  readonly message?: TlObject
  readonly update?: TlObject
  /** Who sent it under which random id: told to them alone. */
  readonly sent?: { readonly by: bigint; readonly randomId: bigint; readonly id: number }
  readonly about: readonly Entity[]
}

/** Messages under numbers of their own, and the log of what happened to them: an account's, or a channel's. */
export interface Box {
  pts: number
  nextId: number
  readonly posts: Map<number, Post>
  readonly log: LogEntry[]
}

/** Fields that stand in an entity's object instead of what is so; undefined leaves one out. */
type Told = Readonly<Record<string, TlValue | undefined>> | undefined

export interface Person {
  readonly kind: 'person'
  readonly id: bigint
  readonly accessHash: bigint
  firstName: string
  readonly username?: string | undefined
  /** Digits only. */
  readonly phone?: string | undefined
  readonly isBot: boolean
  readonly botToken?: string | undefined
  verifier?: Verifier | undefined
  isBanned: boolean
  photo?: StoredFile | undefined
  told?: Told
  /** The data centre where the account lives. */
  homeDc: number
  readonly box: Box
  /** Seconds after which messages disappear, of the private chat with somebody. */
  readonly timers: Map<bigint, number>
  /** Up to which of its own numbers the account has read a chat, and others have read what it wrote there. */
  readonly read: Map<bigint, { inbox: number; outbox: number }>
}

export interface Member {
  readonly person: Person
  isAdmin: boolean
  readonly isCreator: boolean
}

interface Assembly {
  readonly id: bigint
  title: string
  about: string
  photo?: StoredFile | undefined
  told?: Told
  readonly members: Map<bigint, Member>
  /** Seconds after which messages disappear. */
  timer?: number | undefined
}

/** A basic group: every member has the messages in their own box. */
export interface Group extends Assembly {
  readonly kind: 'group'
  migratedTo?: Channel | undefined
}

/** A supergroup or, when it is a broadcast, a channel: the messages are in its own box. */
export interface Channel extends Assembly {
  readonly kind: 'channel'
  readonly accessHash: bigint
  readonly isBroadcast: boolean
  readonly box: Box
}

export type Chat = Person | Group | Channel
export type Entity = Chat

export interface StoredFile {
  readonly id: bigint
  readonly accessHash: bigint
  readonly bytes: Buffer
  /** The data centre that has it. */
  readonly dc: number
}

/** What hangs on a message, as the schema spells it, with the bytes where it has any. */
export interface Media {
  readonly tl: TlObject
  readonly file?: StoredFile
}

/** A message, once, however many boxes have a copy of it. */
export interface Post {
  /** Where it was said: the other person for each side of a private chat. */
  readonly chat: Chat
  readonly author: Person
  text: string
  entities: readonly TlObject[]
  media?: Media | undefined
  readonly replyTo?: Post | undefined
  readonly date: number
  /** Seconds after which it disappears. */
  readonly ttlPeriod?: number | undefined
  editDate?: number | undefined
  isDeleted: boolean
  readonly reactions: Map<bigint, readonly string[]>
  /** A service message: what happened. */
  readonly action?: TlObject | undefined
  readonly about: readonly Entity[]
  /** Its number in each box. */
  readonly numbers: Map<Box, number>
  /** What its sender chose to know it by. */
  readonly randomId?: bigint | undefined
  /** Fields that the message's object has besides, as the schema spells them. */
  told?: Told
}

export function newBox(): Box {
  return { pts: 1, nextId: 1, posts: new Map(), log: [] }
}
