import type { EventId, RoomId, UserId } from '@pons/matrix'
import type { MessageDocument } from '../document/document.ts'
import type { ChatKey } from './chat.ts'
import type { RemoteMessageId, RemoteUserId } from './ids.ts'

export interface MatrixSender {
  readonly userId: UserId
  /** The name to show where the message goes through somebody else's connection; never empty. */
  readonly displayName: string
  /** True when the sender has no login here: the adapter must show who is speaking. */
  readonly viaRelay: boolean
}

interface MatrixIntentBase {
  readonly chat: ChatKey
  readonly roomId: RoomId
  readonly eventId: EventId
  readonly sender: MatrixSender
  readonly timestampMs: number
}

/** A message quoted by a reply, an edit or a redaction, as far as the bridge knows it. */
export interface TargetMessage {
  readonly eventId: EventId
  /** Remote ids of its parts, in order; empty when the network gave none. */
  readonly remoteIds: readonly RemoteMessageId[]
  /** Who wrote it: a remote person, or a Matrix user. */
  readonly author: { readonly remote: RemoteUserId } | { readonly matrix: UserId }
  readonly authorName: string
  /** Plain text of its last known form. */
  readonly text: string
  readonly timestampMs: number
  /** It was taken back before, on either side. */
  readonly isRedacted: boolean
}

export interface MessageIntent extends MatrixIntentBase {
  readonly kind: 'message'
  readonly document: MessageDocument
  readonly replyTo?: TargetMessage
}

export interface EditIntent extends MatrixIntentBase {
  readonly kind: 'edit'
  readonly target: TargetMessage
  readonly document: MessageDocument
}

export interface RedactionIntent extends MatrixIntentBase {
  readonly kind: 'redaction'
  readonly target: TargetMessage
  readonly reason?: string
}

export interface ReactionIntent extends MatrixIntentBase {
  readonly kind: 'reaction'
  readonly target: TargetMessage
  readonly key: string
}

/** A reaction is taken back. */
export interface ReactionRemovalIntent extends MatrixIntentBase {
  readonly kind: 'reaction-removal'
  readonly target: TargetMessage
  readonly key: string
}

export interface NameIntent extends MatrixIntentBase {
  readonly kind: 'name'
  readonly name: string
}

export interface AvatarIntent extends MatrixIntentBase {
  readonly kind: 'avatar'
  /** undefined: the picture was removed. */
  readonly mxc?: string
}

export interface TopicIntent extends MatrixIntentBase {
  readonly kind: 'topic'
  readonly topic: string
}

/** A Matrix user joined or left the portal, or acted on a ghost in it. */
export interface MembershipIntent extends MatrixIntentBase {
  readonly kind: 'membership'
  readonly subject: { readonly remote: RemoteUserId } | { readonly matrix: UserId }
  readonly change: 'join' | 'leave' | 'kick' | 'ban' | 'unban' | 'invite'
  readonly reason?: string
}

/** A person's power level in the room was changed by a Matrix user. */
export interface PowerLevelIntent extends MatrixIntentBase {
  readonly kind: 'power-level'
  readonly subject: RemoteUserId
  readonly powerLevel: number
  readonly previousLevel: number
}

export type MatrixIntent =
  | MessageIntent
  | EditIntent
  | RedactionIntent
  | ReactionIntent
  | ReactionRemovalIntent
  | NameIntent
  | AvatarIntent
  | TopicIntent
  | MembershipIntent
  | PowerLevelIntent

export interface TypingIntent {
  readonly chat: ChatKey
  readonly userId: UserId
  readonly isTyping: boolean
}

export interface ReceiptIntent {
  readonly chat: ChatKey
  readonly userId: UserId
  readonly upTo: RemoteMessageId
  /** Who wrote that message; undefined for somebody in Matrix. */
  readonly upToAuthor?: RemoteUserId
}
