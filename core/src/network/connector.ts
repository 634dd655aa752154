import type { JsonObject, UserId } from '@pons/matrix'
import type { BridgeHost } from './bridge-host.ts'
import type { ChatKey, ChatSnapshot } from './chat.ts'
import type { LoginId, RemoteUserId } from './ids.ts'
import type { LoginFlow, LoginProcess } from './login-flow.ts'
import type { NetworkClient } from './network-client.ts'

export interface NetworkInfo {
  /** Short, lower case: `irc`. Part of ids, aliases, metrics and configuration. */
  readonly id: string
  readonly displayName: string
  readonly url: string
  /** `!irc`; not needed in the management room. */
  readonly commandPrefix: string
  readonly botLocalpart: string
  /** Every ghost's localpart begins with it: `irc_`. */
  readonly ghostPrefix: string
  /** Every portal alias's localpart begins with it: `irc_`. */
  readonly aliasPrefix: string
  /** Protocols of the third-party lookup API. */
  readonly protocols: readonly string[]
  /** True: what `aliasSuffix` gives is a name that people know the chat by. Else an alias only finds the room and is shown to nobody. */
  readonly hasPublicNames?: boolean
}

export interface StoredLogin {
  readonly id: LoginId
  readonly owner: UserId
  readonly remoteName: string
  readonly metadata: JsonObject
}

export interface OpenChatRequest {
  /** As a person types it: `#channel`, `irc.example.org/#channel`, a nick, a phone number. */
  readonly identifier: string
  readonly requestedBy: UserId
  /** The login to use; undefined: the adapter may use a relay. */
  readonly login?: LoginId
}

export interface OpenedChat {
  readonly chat: ChatKey
  /** Its `joinRule` says whether anybody may come in; where that is not known it is left out, and nobody may. */
  readonly snapshot: ChatSnapshot
  /**
   * True: the network itself let the requester in, through a login of theirs that is in the chat or by a key that they
   * showed. That another connection of the bridge is in the chat is no reason.
   */
  readonly isAdmitted?: boolean
  /** Leaves the chat again, where a shared connection went into it for this wish only. Called where the requester may not come in. */
  readonly undo?: () => Promise<void>
}

export interface NetworkCommand {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly usage: string
  readonly description: string
  readonly adminOnly?: boolean
  /** Returns Markdown-free plain text for the person; throws BridgeError to say what was wrong. */
  run(request: NetworkCommandRequest): Promise<string>
}

export interface NetworkCommandRequest {
  readonly userId: UserId
  readonly isAdmin: boolean
  readonly args: readonly string[]
  /** The portal the command was given in, if it was. */
  readonly chat?: ChatKey
  readonly logins: readonly StoredLogin[]
}

/** Abilities of a network as a whole. Present means supported. */
export interface ConnectorHandlers {
  /** Finds or joins a chat; resolves once the network let us in. Throws BridgeError with words for the person. */
  readonly openChat?: (request: OpenChatRequest) => Promise<OpenedChat>
  /** True: the chat is bridged by configuration, also while nobody is in its room. */
  readonly isKept?: (chat: ChatKey) => boolean
  /** The portal is gone: leave the chat on the network. */
  readonly closeChat?: (chat: ChatKey) => Promise<void>
  /** The connection that speaks for people who have no login; undefined when there is none for that chat. */
  readonly relay?: (chat: ChatKey) => NetworkClient | undefined
  readonly commands?: readonly NetworkCommand[]
  /** Fetches an avatar or a medium that an event named; events are stored, so they carry a reference and never a function. */
  readonly media?: (source: JsonObject) => Promise<{ readonly bytes: Uint8Array; readonly mimeType: string }>
}

/** One network. Everything about Matrix is the framework's; everything about the network is the adapter's. */
export interface NetworkConnector {
  readonly info: NetworkInfo
  readonly handlers: ConnectorHandlers
  readonly loginFlows: readonly LoginFlow[]
  /** Called once, before anything else; opens no connection. */
  init(host: BridgeHost): Promise<void>
  /** Called after `init` and after all stored logins were loaded; opens connections that belong to no login. Returns without waiting for them. */
  start(): Promise<void>
  stop(): Promise<void>
  startLogin(flow: string, userId: UserId, signal: AbortSignal): LoginProcess
  /** Builds the client of a stored login. Must not dial: `connect` follows. */
  loadLogin(login: StoredLogin): NetworkClient
  /** Localpart after `ghostPrefix`, and back; undefined for a localpart that is nobody's. */
  ghostSuffix(user: RemoteUserId): string
  userOfGhost(suffix: string): RemoteUserId | undefined
  /** Localpart after `aliasPrefix`, and back to an identifier for `openChat`; undefined where chats have no alias. */
  aliasSuffix(chat: ChatKey): string | undefined
  identifierOfAlias(suffix: string): string | undefined
}
