import type { NetworkClient } from '../network/network-client.ts'
import type { BridgeSettings } from '../settings.ts'

/** What a crash may leave in doubt in one room, and how that ends (decision 0007). */
export interface Doubt {
  readonly name: 'one in doubt' | 'many in doubt'
  /** Are all rows of a run claimed by the commit that prepares them, or each when its turn comes? */
  readonly claimsRun: boolean
  /** Is what became of an event recorded before the next is sent? */
  readonly recordsBeforeNext: boolean
  /** Asks the network what became of a row that was interrupted; where it cannot be asked, the row is sent again. */
  readonly lookUp: NonNullable<NetworkClient['recover']> | undefined
  /** What is done where nobody can say. */
  readonly ifUnknown: BridgeSettings['uncertain_messages']
}

/**
 * The one place that chooses. A network that knows a repeat by its key may be left with many in doubt: all are sent again without
 * harm. One that must be asked is left with one at most: every further one could become a message of which nobody knows
 * whether it arrived.
 */
export function doubtOf(
  client: Pick<NetworkClient, 'recover'>,
  { uncertain_messages: ifUnknown }: Pick<BridgeSettings, 'uncertain_messages'>,
): Doubt {
  return client.recover === undefined ? manyInDoubt(ifUnknown) : oneInDoubt(client.recover.bind(client), ifUnknown)
}

function manyInDoubt(ifUnknown: Doubt['ifUnknown']): Doubt {
  return { name: 'many in doubt', claimsRun: true, recordsBeforeNext: false, lookUp: undefined, ifUnknown }
}

function oneInDoubt(lookUp: NonNullable<Doubt['lookUp']>, ifUnknown: Doubt['ifUnknown']): Doubt {
  return { name: 'one in doubt', claimsRun: false, recordsBeforeNext: true, lookUp, ifUnknown }
}
