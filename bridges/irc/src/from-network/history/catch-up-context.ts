import type { IrcContext } from '../../irc-context.ts'
import type { NickStored } from '../nick-stored.ts'
import type { Recent } from '../recent.ts'

/** What it takes to take a past in. */
export interface CatchUpContext extends IrcContext {
  readonly recent: Recent
  readonly nickStored: NickStored
}
