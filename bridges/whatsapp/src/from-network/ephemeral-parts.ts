import type { BridgeHost, LoginId } from '@pons/core'
import type { People } from '../people.ts'

/** Whose account heard of it, and who is told. */
export interface EphemeralParts {
  readonly host: Pick<BridgeHost, 'ingestEphemeral'>
  readonly login: LoginId
  readonly people: People
}
