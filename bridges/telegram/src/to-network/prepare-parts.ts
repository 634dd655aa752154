import type { BridgeHost } from '@pons/core'
import type { UserId } from '@pons/matrix'
import type { PeerKey } from '../protocol/peer-key.ts'

/** What it takes to turn what people do in Matrix into actions. */
export interface PrepareParts {
  readonly host: BridgeHost
  /** The account that a Matrix user is logged in to; undefined for nobody. */
  readonly accountOf: (userId: UserId) => PeerKey | undefined
}
