import type { Channel } from '../../protocol/channels.ts'
import type { IrcLine } from '../../protocol/line.ts'
import type { Session } from '../../protocol/session.ts'

/** A channel that has let us in, whose past is being taken in. */
export interface Arrival {
  readonly channel: Channel
  readonly session: Session
  readonly joinedAtMs: number
  readonly joinedAtServerMs: number
  readonly isObserver: boolean
  /** What the server plays without being asked. */
  readonly played: IrcLine[]
  /** The server has given lines of the channel that it was asked for. */
  hasHistory: boolean
}
