import type { JsonObject } from '@pons/matrix'
import type { ChatKey } from './chat.ts'
import type { RemoteMessageId, RemoteUserId } from './ids.ts'
import type {
  AvatarIntent,
  EditIntent,
  MembershipIntent,
  MessageIntent,
  NameIntent,
  PowerLevelIntent,
  ReactionIntent,
  ReactionRemovalIntent,
  ReceiptIntent,
  RedactionIntent,
  TopicIntent,
  TypingIntent,
} from './matrix-intent.ts'
import type { RemoteMessage } from './remote-event.ts'

/**
 * One thing to do on the network, as the adapter spells it (an IRC line, a Telegram request). It is stored before it is
 * done, so a repeat after a crash is equal to the first try.
 */
export type RemoteAction = JsonObject

/** Turns an intent into zero or more actions: converts, splits, uploads; sends nothing. Throws BridgeError to refuse. */
export type Prepare<Intent> = (intent: Intent) => Promise<readonly RemoteAction[]>

/** What a client can do beyond text. Present means supported; the room's feature event is derived from it. */
export interface ClientHandlers {
  readonly message: Prepare<MessageIntent>
  readonly edit?: Prepare<EditIntent>
  readonly redaction?: Prepare<RedactionIntent>
  readonly reaction?: Prepare<ReactionIntent>
  readonly reactionRemoval?: Prepare<ReactionRemovalIntent>
  readonly name?: Prepare<NameIntent>
  readonly avatar?: Prepare<AvatarIntent>
  readonly topic?: Prepare<TopicIntent>
  readonly membership?: Prepare<MembershipIntent>
  readonly powerLevel?: Prepare<PowerLevelIntent>
  readonly typing?: (intent: TypingIntent) => Promise<void>
  readonly receipt?: (intent: ReceiptIntent) => Promise<void>
  /**
   * The newest messages of a chat before one of them, oldest first; read once, when the portal's room is made. What was
   * ingested already is left out by the framework.
   */
  readonly history?: (request: HistoryRequest) => Promise<readonly RemoteMessage[]>
}

export interface HistoryRequest {
  readonly chat: ChatKey
  readonly limit: number
  /** The message that made the portal; undefined where none did. */
  readonly before?: RemoteMessageId
  /** Whose that message is, where ids are their senders' choice. */
  readonly beforeBy?: RemoteUserId
}
