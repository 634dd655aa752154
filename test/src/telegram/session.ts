import type { Challenge } from './crypto/srp.ts'
import type { Connection } from './transport/connection.ts'

/** One session of an authorization key; a client that reconnects may go on with it or begin another. */
export interface Session {
  readonly id: bigint
  readonly authKey: AuthKey
  connection: Connection | undefined
  /** Content-related messages sent so far: half of the next sequence number. */
  sentContent: number
  readonly seen: Set<bigint>
  readonly unacknowledged: Set<bigint>
  /** True once it has made an ordinary call: before that it is told of nothing. */
  wantsUpdates: boolean
}

export function newSession(id: bigint, authKey: AuthKey): Session {
  return {
    id,
    authKey,
    connection: undefined,
    sentContent: 0,
    seen: new Set(),
    unacknowledged: new Set(),
    wantsUpdates: false,
  }
}

/** What the server remembers of an authorization key: the login, its layer and its sessions hang on it. */
export interface AuthKey {
  /** The last eight bytes of the key's SHA-1. */
  readonly id: Buffer
  readonly key: Buffer
  salt: bigint
  /** The data centre it was made for. */
  dc: number
  /** undefined: nobody is logged in with it. */
  userId: bigint | undefined
  /** Remembered for the key, not the session: clients do not repeat it on further sessions. */
  layer: number | undefined
  readonly sessions: Map<bigint, Session>
  /** A login in progress: who has given the code and must still give the password, and who has accepted the QR code. */
  awaitingPassword?: bigint | undefined
  qrAcceptedBy?: bigint | undefined
  challenge?: Challenge | undefined
  /** Why the key no longer serves, as the error that every call gets. */
  revokedWith?: string | undefined
}
