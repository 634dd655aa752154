import type { AppState } from '../account/app-state.ts'
import type { Companion } from '../world/entities.ts'
import type { Connection } from '../connection.ts'
import type { Faults } from '../faults.ts'
import type { Judge } from '../judge.ts'
import type { MediaHost } from '../media/media-host.ts'
import type { Stanza } from '../wire/stanza.ts'
import type { Addresses } from '../world/addresses.ts'
import type { GroupChanges } from '../world/group-changes.ts'

export interface QueryContext {
  readonly connection: Connection
  readonly companion: Companion
  readonly query: Stanza
  /** The first child of the query. */
  readonly child: Stanza | undefined
  readonly addresses: Addresses
  readonly groups: GroupChanges
  readonly media: MediaHost
  readonly appState: AppState
  readonly judge: Judge
  readonly faults: Faults
  /** The device is ready for what waits for it. */
  readonly activate: () => void
  readonly unlink: () => void
}

/** The content of the answer; undefined for an empty one. @throws QueryError */
export type Answer = (context: QueryContext) => Stanza[] | undefined | Promise<Stanza[] | undefined>

/** By `xmlns`, type and first child. */
export type Answers = Readonly<Record<string, Answer>>

export const nothing: Answer = () => undefined
