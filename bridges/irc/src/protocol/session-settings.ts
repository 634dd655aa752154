import type { FloodLimits } from './flood-budget.ts'
import type { TransportOptions } from './transport.ts'

interface SaslPlain {
  readonly mechanism: 'PLAIN'
  readonly account: string
  readonly password: string
}

/** What one connection is made with. */
export interface ConnectionSettings {
  readonly address: Omit<TransportOptions, 'onCreated' | 'onBadLine'>
  readonly nick: string
  readonly username: string
  readonly realName: string
  readonly serverPassword?: string
  readonly sasl?: SaslPlain | { readonly mechanism: 'EXTERNAL' }
  /** For networks without SASL: the password is told to a service once we are in. */
  readonly nickServ?: {
    readonly service: string
    readonly account?: string
    readonly password: string
    readonly waitMs: number
  }
  readonly flood: FloodLimits
  readonly connectTimeoutMs: number
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
  readonly regainIntervalMs: number
}
