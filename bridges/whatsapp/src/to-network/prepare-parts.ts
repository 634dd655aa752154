import type { BridgeHost } from '@pons/core'
import type { UserId } from '@pons/matrix'
import type { WhatsAppConfig } from '../config.ts'
import type { Jid } from '../ids.ts'

/** What it takes to turn what people do in Matrix into actions. */
export interface PrepareParts {
  readonly host: BridgeHost
  readonly config: WhatsAppConfig
  /** The address of a Matrix user's login on WhatsApp; undefined for the login that prepares, and for nobody. */
  readonly addressOf: (userId: UserId) => Jid | undefined
  readonly isSelf: (jid: Jid) => boolean
}
