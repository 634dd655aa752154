import type { Channel } from '../protocol/channels.ts'
import type { IrcLine } from '../protocol/line.ts'
import type { Session } from '../protocol/session.ts'
import type { ReadingContext } from './reading-context.ts'

/** A line that was read, and where. */
export interface ReadLine {
  readonly context: ReadingContext
  readonly session: Session
  readonly line: IrcLine
  /** Channels the line concerns, as far as we are in them. */
  readonly channels: readonly Channel[]
}
