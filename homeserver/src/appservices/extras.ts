import type { Transaction } from '@pons/database'
import type { JsonObject, RoomId, UserId } from '@pons/matrix'
import type { Appservice } from './appservice.ts'

/** What a transaction is about. */
export interface Concerned {
  readonly rooms: ReadonlySet<RoomId>
  /** Recipients of messages to devices. */
  readonly users: ReadonlySet<UserId>
}

export interface Extras {
  /** Members of the transaction's body. */
  readonly body: JsonObject
  /** Joins the database transaction that stores it, or that marks it as delivered where it is not stored. */
  readonly told: (tx: Transaction) => Promise<void>
}

/** More for transactions than what is queued, such as device lists. */
export interface ExtrasSource {
  /** Whether the service wants to hear of such things at all. */
  tells(appservice: Appservice): boolean
  /** Whether there is something to tell that is worth a transaction of its own. */
  hasNews(appservice: Appservice): Promise<boolean>
  of(appservice: Appservice, concerned: Concerned): Promise<Extras | undefined>
  /** Called when there may be something to tell the service. */
  onNews(listener: (appservice: Appservice) => void): void
}
