import type { EventId, JsonObject, UserId } from '@pons/matrix'
import type { TxnKey } from '../storage/event-store.ts'

/** What a sender says; place, time and hash are the timeline's. */
export interface Draft {
  readonly type: string
  readonly sender: UserId
  readonly content: JsonObject
  readonly stateKey?: string | undefined
  readonly redacts?: EventId | undefined
  readonly originServerTs?: number | undefined
  /** A repeat with the same key answers the first event again. */
  readonly txn?: TxnKey | undefined
}
