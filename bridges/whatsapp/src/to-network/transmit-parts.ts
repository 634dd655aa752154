import type { BridgeHost } from '@pons/core'
import type { People } from '../people.ts'
import type { Socket } from '../protocol/open-socket.ts'
import type { SentMessages } from '../sent-messages.ts'
import type { Timers } from '../timers.ts'

export interface TransmitParts {
  readonly host: BridgeHost
  readonly people: People
  readonly timers: Timers
  readonly sent: SentMessages
  readonly maxBytes: number
  /** The open connection; undefined when the wait for it is over. */
  readonly opened: (signal: AbortSignal) => Promise<Socket | undefined>
}
