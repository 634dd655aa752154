import type { BridgeError } from '@pons/core'

/** wanted → joining → joined (names are complete and history has been taken in), or refused. */
type JoinState = 'waiting' | 'joining' | 'joined' | 'refused'

/** A channel that is wanted, and how far it got. */
export interface Join {
  name: string
  /** With which the network let us in, or is said to. */
  key: string | undefined
  /** What somebody says the key is; whether it is shows when the network is asked. */
  tried: string | undefined
  state: JoinState
  refusal: BridgeError | undefined
  refusals: number
  cancelRetry: (() => void) | undefined
  readonly waiters: Set<(error?: BridgeError) => void>
}

export function newJoin(name: string, tried: string | undefined): Join {
  return {
    name,
    key: undefined,
    tried,
    state: 'waiting',
    refusal: undefined,
    refusals: 0,
    cancelRetry: undefined,
    waiters: new Set(),
  }
}
