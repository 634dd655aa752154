import type { JsonObject } from '@pons/matrix'
import type { MessageDocument } from '../document/document.ts'
import type { ChatKey, ChatSnapshot, RemoteUser } from './chat.ts'
import type { LoginId, RemoteMessageId, RemoteUserId } from './ids.ts'

interface RemoteEventBase {
  readonly chat: ChatKey
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
}

export interface RemoteReactionRemoval extends FromSomebody {
  readonly kind: 'reaction-removal'
  readonly target: RemoteMessageId
  readonly key: string
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
  readonly upTo: RemoteMessageId
}

/** Worth delivering now or never: not journalled, in a lane of its own. */
export type RemoteEphemeral = RemoteTyping | RemoteReceipt
