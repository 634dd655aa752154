import type { JsonValue, UserId } from '@pons/matrix'
import type { Logger } from 'pino'
import type { ChatKey } from './chat.ts'
import type { LoginId, RemoteUserId } from './ids.ts'
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
  /** Words for a person. */
  readonly message?: string
}

/** The adapter's own durable values, keyed by text; writes resolve once they are on disk. */
export interface NetworkStore {
  get(key: string): Promise<JsonValue | undefined>
  set(key: string, value: JsonValue): Promise<void>
  delete(key: string): Promise<void>
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: JsonValue }[]>
}

/** What the framework offers an adapter. */
export interface BridgeHost {
  readonly logger: Logger
  readonly store: NetworkStore
  /** Resolves once the event is durable; only then may the network be told that we have it. Rejects when it could not be stored. */
  ingest(event: RemoteEvent): Promise<void>
  /** Shows typing and receipts; nothing is promised. */
  ingestEphemeral(event: RemoteEphemeral): void
  clientState(report: ClientStateReport): void
  /** Tells the owner of a login, in the management room. */
  notifyUser(userId: UserId, text: string): Promise<void>
  /** Portals that exist, to rejoin after a start. */
  portals(): Promise<readonly { readonly chat: ChatKey; readonly isPlumbed: boolean }[]>
  /** Matrix users in the portal's room who are not ghosts. */
  matrixMembers(chat: ChatKey): Promise<readonly UserId[]>
  /** Has an event with that id been ingested for that chat before? For history the network replays. */
  isKnown(chat: ChatKey, id: string): Promise<boolean>
  /** A link to media that people on the network can open, for networks without uploads. */
  mediaLink(mxcUri: string, fileName?: string): string | undefined
  ghostUserId(user: RemoteUserId): UserId
  /** The remote person behind a ghost's user id; undefined for others. */
  remoteUserOf(userId: UserId): RemoteUserId | undefined
  now(): number
  /** Marks a named moment; a fault suite may end the process there. */
  step(name: string): void
}
