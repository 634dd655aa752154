import type { Connection } from '../connection.ts'
import type { Stanza } from '../wire/stanza.ts'
import type { Companion } from '../world/entities.ts'

/** What a linked device asks. */
export interface Query {
  readonly connection: Connection
  readonly companion: Companion
  readonly query: Stanza
  /** The first child of the query. */
  readonly child: Stanza | undefined
}

/** The content of the answer; undefined for an empty one. @throws QueryError */
export type Answer = (query: Query) => Stanza[] | undefined | Promise<Stanza[] | undefined>

/** By `xmlns`, type and first child. */
export type Answers = Readonly<Record<string, Answer>>

export const nothing: Answer = () => undefined
