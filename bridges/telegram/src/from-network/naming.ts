import type { BridgeHost } from '@pons/core'
import type { People } from '../people.ts'

/** Who is who: on the network, and as a ghost. */
export interface Naming {
  readonly people: People
  readonly host: Pick<BridgeHost, 'ghostUserId'>
}
