import type { Capabilities } from './capabilities.ts'
import type { ClientHandlers, RemoteAction } from './client-handlers.ts'
import type { ChatKey, ChatSnapshot, RemoteUser } from './chat.ts'
import type { IdempotencyKey, RemoteMessageId, RemoteUserId } from './ids.ts'

export interface Transmitted {
  /**
   * The network's id of what was sent, where it gives one: the id under which others hear of the message, the edit, the
   * reaction or the change. What comes back under it, through any login, is known to be ours.
   */
  readonly remoteId?: RemoteMessageId
  /** Of a picture that was set: the id under which the chat's snapshots name it from now on (`RemoteAvatar.id`). */
  readonly avatarId?: string
  /** When the network takes the message away, milliseconds since 1970; it goes from the room then, too. */
  readonly disappearsAtMs?: number
  /** True: the network itself said so (an echo, an acknowledgement); false: it is written, nothing more is known. */
  readonly isConfirmed: boolean
}

/** What became of an action whose transmission a crash interrupted. */
export type Fate =
  | { readonly fate: 'sent'; readonly remoteId?: RemoteMessageId }
  | { readonly fate: 'not-sent' }
  | { readonly fate: 'unknown' }

export interface TransmitContext {
  readonly chat: ChatKey
  readonly key: IdempotencyKey
  /** When an earlier try began, milliseconds since 1970; undefined where there was none. */
  readonly startedAtMs?: number
  /** Aborted when the bridge stops; the adapter then rejects without having sent, or resolves. */
  readonly signal: AbortSignal
}

export interface RecoverContext extends TransmitContext {
  /** When the interrupted try began, milliseconds since 1970. */
  readonly startedAtMs: number
  /** Remote id of the last confirmed action of ours in this chat before it. */
  readonly lastConfirmed?: RemoteMessageId
}

/** One connection to the network: a person's login, or a relay. */
export interface NetworkClient {
  readonly handlers: ClientHandlers
  /** Limits of the handlers; made by `abilities`, so that none is declared of an ability that is not there. */
  readonly capabilities?: Capabilities
  /** Begins to connect and returns; keeps trying until `disconnect`. Progress is told through `BridgeHost.clientState`. */
  connect(): Promise<void>
  /** Closes the connection; afterwards no event is ingested. Idempotent. */
  disconnect(): Promise<void>
  /** Ends the login on the network's side, for networks that keep one. */
  logout(): Promise<void>
  /** Can this connection speak in that chat? Decides which login a message goes through. */
  serves(chat: ChatKey): boolean
  /**
   * Is that remote person this login itself? Such events appear as the owner's own (double puppet). Asked of every login
   * about whoever speaks in a chat that several share, connected or not: answered from what is known without asking.
   */
  isSelf(user: RemoteUserId): boolean
  chatSnapshot(chat: ChatKey): Promise<ChatSnapshot>
  userInfo(user: RemoteUserId): Promise<RemoteUser>
  /**
   * Does one action. Waits while the connection is down, for ever; rejects with a BridgeError when the network refuses.
   * Actions of one chat are handed over one after another, in order.
   */
  transmit(action: RemoteAction, context: TransmitContext): Promise<Transmitted>
  /** The id that an action will have on the network, where we choose it. Then an echo is known whenever it comes. */
  readonly remoteIdOf?: (key: IdempotencyKey) => RemoteMessageId
  /**
   * Finds out what became of an action that was being transmitted when the process died. Left undefined where `transmit`
   * is idempotent by its key: the framework then just transmits again.
   */
  readonly recover?: (action: RemoteAction, context: RecoverContext) => Promise<Fate>
}
