import type { Clock } from '@pons/matrix'
import type { Session } from '../protocol/session.ts'

export interface JoinsOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly session: () => Session | undefined
  /** Where the server has us, whoever asked for it: out of the channel, in it with its past being taken in, or all in. */
  readonly whereIn: (name: string) => 'out' | 'arriving' | 'in'
  /** Folds by the rules of the network as they are known now. */
  readonly fold: (name: string) => string
  readonly rejoinMs: number
  readonly longestRetryMs: number
}
