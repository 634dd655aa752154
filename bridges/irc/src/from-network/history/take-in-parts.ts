import type { PlayedHistory } from '../../own-lines.ts'
import type { Arrival } from './arrival.ts'
import type { CatchUpContext } from './catch-up-context.ts'
import type { HistoryRequests } from './history-requests.ts'

export interface TakeInParts {
  readonly context: CatchUpContext
  readonly requests: HistoryRequests
  /** What the server has shown of each channel's past, by its folded name. */
  readonly played: Map<string, PlayedHistory>
  /** False when we have left, or the session has ended, meanwhile. */
  readonly isGoingOn: (arrival: Arrival) => boolean
}
