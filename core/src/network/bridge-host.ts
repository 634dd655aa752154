import type { JsonValue, UserId } from '@pons/matrix'
import type { EgressPolicy } from '@pons/http'
import type { Logger } from 'pino'
import type { ChatKey } from './chat.ts'
import type { LoginId, RemoteMessageId, RemoteUserId } from './ids.ts'
import type { RemoteEphemeral, RemoteEvent } from './remote-event.ts'

/** States of a connection, the field's words. */
export type ClientState =
  'CONNECTING' | 'CONNECTED' | 'TRANSIENT_DISCONNECT' | 'BAD_CREDENTIALS' | 'UNKNOWN_ERROR' | 'LOGGED_OUT'

export interface ClientStateReport {
  /** undefined for a relay. */
  readonly login?: LoginId
  /** Which connection, for people: `libera (relay)`. */
  readonly name: string
  readonly state: ClientState
  /** Words for a person; they name no address and nothing that a stranger could learn of the network here. */
  readonly message?: string
  /** For administrators and the log alone. */
  readonly detail?: string
}

/** One write to the adapter's own values; undefined deletes. */
export interface StoreWrite {
  readonly key: string
  readonly value: JsonValue | undefined
}

/** The adapter's own durable values, keyed by text; writes resolve once they are on disk. */
export interface NetworkStore {
  get(key: string): Promise<JsonValue | undefined>
  /** Those of the keys that have a value. */
  getMany(keys: readonly string[]): Promise<ReadonlyMap<string, JsonValue>>
  set(key: string, value: JsonValue): Promise<void>
  delete(key: string): Promise<void>
  /** All of them or none. */
  write(writes: readonly StoreWrite[]): Promise<void>
  /** In the order of the keys. Reads the range of the prefix, not the table. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: JsonValue }[]>
  deleteAll(prefix: string): Promise<void>
}

/** The same person or chat under further ids. */
export type IdentityLink =
  | { readonly user: RemoteUserId; readonly aliases: readonly RemoteUserId[] }
  | { readonly chat: ChatKey; readonly aliases: readonly ChatKey[] }
  | { readonly chat: ChatKey; readonly former: ChatKey }

/** What becomes durable together with the events, in the same transaction. */
export interface Alongside {
  readonly writes?: readonly StoreWrite[]
  readonly links?: readonly IdentityLink[]
}

export interface DownloadedMedia {
  readonly bytes: Uint8Array
  readonly mimeType: string
}

/** What the framework offers an adapter. */
export interface BridgeHost {
  readonly logger: Logger
  readonly store: NetworkStore
  /**
   * Resolves once the events, and what goes along with them, are durable, all or none; only then may the network be told
   * that we have them. Rejects when they could not be stored. Some of a network are stored at
   * once (`queue/widths`), and more wait for their turn, however long what is stored already waits to be delivered.
   */
  ingest(events: RemoteEvent | readonly RemoteEvent[], alongside?: Alongside): Promise<void>
  /** Shows typing and receipts; nothing is promised. */
  ingestEphemeral(event: RemoteEphemeral): void
  clientState(report: ClientStateReport): void
  /** Tells the owner of a login, in the management room. Commands stand bare, between backticks. */
  notifyUser(userId: UserId, text: string): Promise<void>
  /** Portals that exist, to rejoin after a start. */
  portals(): Promise<readonly { readonly chat: ChatKey; readonly isPlumbed: boolean }[]>
  /** Matrix users in the portal's room who are not ghosts. */
  matrixMembers(chat: ChatKey): Promise<readonly UserId[]>
  /**
   * Has an event with that id been ingested for that chat before? For history the network replays. Where ids are their
   * senders' choice, `idBy` says whose.
   */
  isKnown(chat: ChatKey, id: string, idBy?: RemoteUserId): Promise<boolean>
  /** The private chats of a login that have a message of that id, for networks that delete by id alone. */
  chatsWith(login: LoginId, id: RemoteMessageId): Promise<readonly ChatKey[]>
  /** Media that a Matrix event names. @throws BridgeError when it is gone or larger than `maxBytes`. */
  download(mxcUri: string, maxBytes?: number): Promise<DownloadedMedia>
  /** Puts a file on the homeserver, for words that are too long for the network. */
  upload(media: DownloadedMedia, fileName: string): Promise<string>
  /** A link to media that people on the network can open, for networks without uploads. */
  mediaLink(mxcUri: string, fileName?: string): string | undefined
  /** The ghost's user id; aliases lead to the same ghost. */
  ghostUserId(user: RemoteUserId): UserId
  /** The remote person behind a ghost's user id; undefined for others. */
  remoteUserOf(userId: UserId): RemoteUserId | undefined
  /** Does that person administer the bridge? */
  isAdmin(userId: UserId): Promise<boolean>
  /** Every connection to a host that a person, or the network, named goes this way. */
  readonly egress: EgressPolicy
  now(): number
  /** Marks a named moment; a fault suite may end the process there. */
  step(name: string): void
}
