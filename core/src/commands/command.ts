import type { EventId, RoomId, UserId } from '@pons/matrix'
import type { PortalRecord } from '../storage/portal-store.ts'
import type { LoginProcesses } from './login-processes.ts'

export interface CommandRequest {
  readonly processes: LoginProcesses
  readonly roomId: RoomId
  readonly eventId: EventId
  readonly userId: UserId
  readonly isAdmin: boolean
  readonly args: readonly string[]
  /** What commands begin with in that room; empty in a management room. */
  readonly lead: string
  /** The portal whose room it was said in. */
  readonly portal?: PortalRecord
  /** Wakes the lanes of a portal's room after rows were revived. */
  readonly wake: (portal: PortalRecord | undefined, roomId: RoomId) => void
}

/** A command of the framework, and what of the bridge it takes. Names are the field's (mautrix). */
export interface Command<Parts> extends Described {
  readonly aliases?: readonly string[]
  /** Returns what to answer; throws BridgeError to say what was wrong. */
  run(request: CommandRequest, parts: Parts): Promise<string>
}

/** What `help` says of a command. */
export interface Described {
  readonly name: string
  readonly usage: string
  readonly description: string
  readonly adminOnly?: boolean
}
