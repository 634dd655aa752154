import type { Extras } from './extras.ts'

/** One transaction for an application service, as it is pushed however often. */
export interface Parcel {
  readonly number: number
  readonly txnId: string
  /** The last number of the queue that it holds. */
  readonly lastSeq: number
  /** JSON text. */
  readonly body: string
  readonly createdTs: number
  /** To be noted once it is delivered, of what is not stored. */
  readonly told?: Extras['told'] | undefined
}
