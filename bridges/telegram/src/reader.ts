import type { Api } from 'telegram'
import type { Peers } from './protocol/peers.ts'

/** What reading needs of an account. */
export interface Reader {
  readonly peers: Peers
  readonly call: <R extends Api.AnyRequest>(request: R, signal?: AbortSignal) => Promise<R['__response']>
}
