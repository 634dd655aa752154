import type { BridgeHost, LoginId } from '@pons/core'
import type { Api } from 'telegram'
import type { Box } from '../protocol/counted.ts'
import type { Peers } from '../protocol/peers.ts'
import type { SentMessages } from '../sent-messages.ts'
import type { SentLookUp } from './sent-look-up.ts'

export interface TransmitParts {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly peers: Peers
  readonly sent: SentMessages
  readonly lookUp: SentLookUp
  readonly maxBytes: number
  readonly call: <R extends Api.AnyRequest>(request: R, signal: AbortSignal) => Promise<R['__response']>
  readonly affected: (box: Box, answer: Api.messages.AffectedMessages) => void
}
