import type { AuthKey } from './auth-keys.ts'
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
