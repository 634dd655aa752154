import type { JsonObject } from '@pons/matrix'
import type { MessageDocument } from '../document/document.ts'
import type { ChatKey, ChatSnapshot, RemoteUser } from './chat.ts'
import type { LoginId, RemoteMessageId, RemoteUserId } from './ids.ts'

interface RemoteEventBase {
  readonly chat: ChatKey
  /** The same chat under earlier or other ids: its portal goes on, under the id in `chat`. */
  readonly chatAliases?: readonly ChatKey[]
  /** Deduplicates within the chat, for ever. A repeat is accepted and does nothing. */
  readonly id: RemoteMessageId
  /** Milliseconds since 1970; becomes the Matrix event's time. */
  readonly timestampMs: number
  /** The login that saw it; undefined for a relay connection. */
  readonly login?: LoginId
}

interface FromSomebody extends RemoteEventBase {
  readonly sender: RemoteUser
}

export interface RemoteMessage extends FromSomebody {
  readonly kind: 'message'
  readonly document: MessageDocument
  readonly replyTo?: RemoteMessageId
  /** Makes a portal where there is none yet. */
  readonly createPortal?: ChatSnapshot
  /** The network's own form, kept for kinds the framework cannot express. */
  readonly raw?: JsonObject
}

export interface RemoteEdit extends FromSomebody {
  readonly kind: 'edit'
  readonly target: RemoteMessageId
  readonly document: MessageDocument
}

export interface RemoteRedaction extends FromSomebody {
  readonly kind: 'redaction'
  readonly target: RemoteMessageId
  readonly reason?: string
}

export interface RemoteReaction extends FromSomebody {
  readonly kind: 'reaction'
  readonly target: RemoteMessageId
  readonly key: string
  /** True where a person has one reaction to a message: their earlier ones go. */
  readonly replacesOthers?: boolean
}

export interface RemoteReactionRemoval extends FromSomebody {
  readonly kind: 'reaction-removal'
  readonly target: RemoteMessageId
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
}

/** Worth delivering now or never: not journalled, in a lane of its own. */
export type RemoteEphemeral = RemoteTyping | RemoteReceipt
