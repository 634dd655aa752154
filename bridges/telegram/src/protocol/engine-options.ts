import type { Api } from 'telegram'
import type { Box } from './counted.ts'
import type { PeerKey } from './peer-key.ts'

/** One thing that happened, as the network tells it. */
export type UpdateItem = Api.TypeUpdate | FoundMessage | FoundEdge | FoundMove

/** A message of a difference or of the history, which no update of its own brought. */
interface FoundMessage {
  readonly className: 'FoundMessage'
  readonly message: Api.TypeMessage
}

/** Times between which a chat's history could not be read. */
interface FoundEdge extends HistoryEdge {
  readonly className: 'FoundEdge'
}

/** A supergroup turned out to be what a basic group of the account goes on as. */
interface FoundMove {
  readonly className: 'FoundMove'
  readonly from: PeerKey
  readonly to: PeerKey
}

/** How far the history of a chat could not be read back. */
export interface HistoryEdge {
  readonly peer: PeerKey
  readonly fromMs: number
  readonly toMs: number
  /** The network tells nothing of the chat any more. */
  readonly isRefused?: true
}

export interface Gap {
  readonly messages: readonly Api.TypeMessage[]
  readonly edges: readonly HistoryEdge[]
}

/** Where an account stands: how much of what happened to its boxes it has taken in. */
export interface UpdateState {
  readonly pts: number
  readonly qts: number
  readonly date: number
}

export interface UpdateBatch {
  readonly items: readonly UpdateItem[]
  /** The state after them. */
  readonly common?: UpdateState
  readonly channels: ReadonlyMap<Box, number>
}

export interface EngineOptions {
  readonly signal: AbortSignal
  readonly call: <R extends Api.AnyRequest>(request: R) => Promise<R['__response']>
  readonly inputChannel: (box: Box) => Promise<Api.TypeInputChannel | undefined>
  /**
   * Makes a batch durable, items and state together; the next one follows when it has resolved. `begin` is told of a channel
   * that came into being by it; true where it is counted from its beginning by now, which is to be stored, too.
   */
  readonly commit: (batch: UpdateBatch, begin: (box: Box) => boolean) => Promise<void>
  /** Messages of a box that a difference no longer reaches back to: to be found in the history. */
  readonly readGap: (box: Box, sinceMs: number) => Promise<Gap>
  /** Asked of a channel that is met for the first time: the basic group of the account that goes on as it. */
  readonly formerOf: (box: Box) => Promise<PeerKey | undefined>
  /** Which message was sent under a random id. */
  readonly onSent: (randomId: string, id: number) => void
  readonly onError: (error: unknown) => void
}
