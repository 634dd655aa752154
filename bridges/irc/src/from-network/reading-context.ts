import type { IrcContext } from '../irc-context.ts'
import type { Greeted } from './greeted.ts'
import type { CatchUp } from './history/catch-up.ts'
import type { NickStored } from './nick-stored.ts'
import type { Recent } from './recent.ts'

/** What it takes to understand what comes. */
export interface ReadingContext extends IrcContext {
  readonly catchUp: CatchUp
  readonly recent: Recent
  readonly greeted: Greeted
  readonly nickStored: NickStored
}
