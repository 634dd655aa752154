import type { JsonObject } from '@pons/matrix'
import type { MessageDocument } from '../document/document.ts'
import type { ChatKey, ChatSnapshot, RemoteUser } from './chat.ts'
import type { LoginId, RemoteMessageId, RemoteUserId } from './ids.ts'

interface RemoteEventBase {
  readonly chat: ChatKey
  /** The same chat under earlier or other ids: its portal goes on, under the id in `chat`. */
  readonly chatAliases?: readonly ChatKey[]
  /**
   * What the same chat was called until now, by a name that may become another's: its portal goes on under `chat`, and who
   * comes under the former name afterwards is a chat of its own.
   */
  readonly formerChat?: ChatKey
  /** Deduplicates within the chat, for ever. A repeat is accepted and does nothing. */
  readonly id: RemoteMessageId
  /** Whose choice the id is, where two people of a chat may choose the same: then it deduplicates among what is theirs. */
  readonly idBy?: RemoteUserId
  /** What an earlier version called it, which may have sent it under that name already. Set by migrations alone. */
  readonly formerId?: string
  /** Milliseconds since 1970; becomes the Matrix event's time. */
  readonly timestampMs: number
  /** The login that saw it; undefined for a relay connection. */
  readonly login?: LoginId
  /** True where the network does not say which of its people did it (a channel speaks for its owners): it may be what we sent. */
  readonly mayBeOurs?: boolean
}

interface FromSomebody extends RemoteEventBase {
  readonly sender: RemoteUser
}

/** What does not stay. */
interface Passing {
  /** When the network takes it away, milliseconds since 1970; it goes from the room then, too. */
  readonly disappearsAtMs?: number
  /** True: the network shows it once. It is marked so, or left out (setting `view_once`), and soon goes from the room. */
  readonly isViewOnce?: boolean
}

export interface RemoteMessage extends FromSomebody, Passing {
  readonly kind: 'message'
  readonly document: MessageDocument
  readonly replyTo?: RemoteMessageId
  /** Whose the message is that is answered, where others may have chosen the same id. */
  readonly replyToAuthor?: RemoteUserId
  /** Makes a portal where there is none yet. */
  readonly createPortal?: ChatSnapshot
  /** The network's own form, kept for kinds the framework cannot express. */
  readonly raw?: JsonObject
}

export interface RemoteEdit extends FromSomebody, Passing {
  readonly kind: 'edit'
  readonly target: RemoteMessageId
  /** Whose the message is, where others may have chosen the same id: an edit of anybody else's is none. */
  readonly targetAuthor?: RemoteUserId
  readonly document: MessageDocument
  /** True: the words alone changed; a medium or place that the message carries stays, though `document` has none. */
  readonly keepsMedia?: boolean
  /** True: nobody said anything, something looks different by now; where its message is not known here, it is nothing. */
  readonly needsTarget?: boolean
}

export interface RemoteRedaction extends FromSomebody {
  readonly kind: 'redaction'
  readonly target: RemoteMessageId
  /** Whose the message is, where others may have chosen the same id: nobody else's is taken back. */
  readonly targetAuthor?: RemoteUserId
  readonly reason?: string
}

export interface RemoteReaction extends FromSomebody {
  readonly kind: 'reaction'
  readonly target: RemoteMessageId
  /** Whose the message is, where others may have chosen the same id. */
  readonly targetAuthor?: RemoteUserId
  readonly key: string
  /** True where a person has one reaction to a message: their earlier ones go. */
  readonly replacesOthers?: boolean
}

export interface RemoteReactionRemoval extends FromSomebody {
  readonly kind: 'reaction-removal'
  readonly target: RemoteMessageId
  /** Whose the message is, where others may have chosen the same id. */
  readonly targetAuthor?: RemoteUserId
  /** undefined: all that this person reacted with. */
  readonly key?: string
}

/** Who has reacted with what by now, for networks that tell the whole rather than the change. */
export interface RemoteReactionSync extends RemoteEventBase {
  readonly kind: 'reaction-sync'
  readonly target: RemoteMessageId
  readonly reactions: readonly { readonly sender: RemoteUser; readonly keys: readonly string[] }[]
  /** True: whoever is not named has taken their reactions back. */
  readonly isComplete: boolean
  /** Where not everybody is named: what anybody still reacts with. All else has been taken back. */
  readonly keysLeft?: readonly string[]
}

export interface RemoteMembership extends RemoteEventBase {
  readonly kind: 'membership'
  readonly user: RemoteUser
  readonly change: 'join' | 'leave' | 'kick' | 'ban' | 'unban' | 'invite'
  /** Who did it, for a kick, ban or invitation. */
  readonly by?: RemoteUser
  readonly reason?: string
}

/** The same person under another id (an IRC nick change): the old ghost leaves and the new one joins every chat they share. */
export interface RemoteRename extends RemoteEventBase {
  readonly kind: 'rename'
  readonly from: RemoteUserId
  readonly to: RemoteUser
  /** True: two ghosts turned out to be one person; where the old one is not, nothing happens. */
  readonly isMerge?: boolean
}

/** Name, topic or modes changed; `sender` undefined when the network does not say who did it. */
export interface RemoteChatInfo extends RemoteEventBase {
  readonly kind: 'chat-info'
  readonly sender?: RemoteUser
  readonly changes: Partial<Omit<ChatSnapshot, 'kind' | 'members' | 'membersComplete'>>
  /** Levels of single members that changed. */
  readonly levels?: readonly { readonly user: RemoteUserId; readonly powerLevel: number }[]
}

/** The whole truth about a chat, to reconcile with (after a join or a reconnect). */
export interface RemoteSnapshot extends RemoteEventBase {
  readonly kind: 'snapshot'
  readonly snapshot: ChatSnapshot
  /** Makes a portal where there is none yet (the chats a person finds after logging in). */
  readonly createsPortal?: boolean
}

/** Said in the room by the bridge bot: a network's own words that no person wrote. */
export interface RemoteNotice extends RemoteEventBase {
  readonly kind: 'notice'
  readonly text: string
}

/** What is journalled before it is acknowledged. A forgotten kind is a compile error in the portal's switch. */
export type RemoteEvent =
  | RemoteMessage
  | RemoteEdit
  | RemoteRedaction
  | RemoteReaction
  | RemoteReactionRemoval
  | RemoteReactionSync
  | RemoteMembership
  | RemoteRename
  | RemoteChatInfo
  | RemoteSnapshot
  | RemoteNotice

export interface RemoteTyping {
  readonly kind: 'typing'
  readonly chat: ChatKey
  readonly user: RemoteUserId
  readonly timeoutMs: number
}

export interface RemoteReceipt {
  readonly kind: 'receipt'
  readonly chat: ChatKey
  readonly user: RemoteUserId
  /** The login that saw it, where the reader may be that login itself (read on the phone). */
  readonly login?: LoginId
  readonly upTo: RemoteMessageId
  /** Whose that message is, where others may have chosen the same id. */
  readonly upToAuthor?: RemoteUserId
}

/** Worth delivering now or never: neither journalled nor queued, and in no order with what is. */
export type RemoteEphemeral = RemoteTyping | RemoteReceipt
