import type { JsonObject } from '@pons/matrix'
import type { LoginId, RemoteChatId, RemoteUserId } from './ids.ts'

/** What names a portal. A chat that looks different to each login (a private chat) carries its `receiver`; a shared one does not. */
export interface ChatKey {
  readonly chat: RemoteChatId
  readonly receiver?: LoginId
}

export interface RemoteUser {
  readonly id: RemoteUserId
  /** The same person under other ids (a phone number beside an opaque id). Whoever has a ghost under any of them keeps it. */
  readonly aliases?: readonly RemoteUserId[]
  /** undefined: leave the name as it is. */
  readonly name?: string
  /** Public, and shown only as long as no name is known: a handle, a number. */
  readonly stopgapName?: string
  /** Media to fetch; null: there is none (any more); undefined: leave it as it is. */
  readonly avatar?: RemoteAvatar | null
}

export interface RemoteAvatar {
  /** Changes exactly when the picture changes. */
  readonly id: string
  /** Adapter-defined; handed to `ConnectorHandlers.media`. */
  readonly source: JsonObject
}

export interface ChatMember {
  readonly user: RemoteUser
  /** Matrix power level the person should have; undefined: leave it as it is. */
  readonly powerLevel?: number
}

/**
 * What a chat should look like. The framework computes the smallest change and applies it; handing in the same snapshot
 * twice changes nothing. Fields left undefined are left as they are.
 */
export interface ChatSnapshot {
  readonly kind: 'direct' | 'group' | 'channel'
  readonly name?: string
  /** '' clears it. */
  readonly topic?: string
  /** null: there is none (any more). */
  readonly avatar?: RemoteAvatar | null
  readonly members?: readonly ChatMember[]
  /** True: ghosts in the room that are not in `members` leave. */
  readonly membersComplete?: boolean
  /** Level needed to send ordinary messages (a moderated channel: the voice level). */
  readonly sendLevel?: number
  /** Level needed to change the topic. */
  readonly topicLevel?: number
  /** May anyone on the homeserver join without an invitation? Only read when the room is made or the value changes. */
  readonly joinRule?: 'public' | 'invite'
  /** Level needed to invite; left out, everybody in a public chat may, and in another one whoever has a level. */
  readonly inviteLevel?: number
  /** How long after they were sent messages disappear; 0: they stay. */
  readonly disappearAfterMs?: number
  /** Shown in the published room directory. */
  readonly isListed?: boolean
}
