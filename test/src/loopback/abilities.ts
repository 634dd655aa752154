import type { LoopbackChat, LoopbackMediaKind } from './loopback-chat.ts'

type OptionalMethods<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T]

/** What people on the network can do that the bridge must carry into Matrix. */
export type FromNetwork = OptionalMethods<LoopbackChat>

/** What people on Matrix can do that the bridge must carry to the network in the network's own form. */
export type ToNetwork =
  | 'bold'
  | 'reply'
  | 'edit'
  | 'redaction'
  | 'reaction'
  | 'reaction-removal'
  | 'location'
  | 'typing'
  | 'receipt'
  | 'topic'
  | 'name'

/** What a network is held to by the contract suite. */
export interface Abilities {
  readonly fromNetwork: readonly FromNetwork[]
  readonly toNetwork: readonly ToNetwork[]
  /** Media that cross in both directions. */
  readonly media: readonly LoopbackMediaKind[]
}
