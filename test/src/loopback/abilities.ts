import type { LoopbackChat, LoopbackMediaKind } from './loopback-chat.ts'
import type { LoopbackFaults } from './loopback-network.ts'

type OptionalMethods<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T]

/** What scenes use of a chat beside what they are about. */
type Means = 'speakers' | 'send' | 'removeMember' | 'reactionsTo' | 'sawInfo' | 'sawTyping' | 'sawRead'

/** What people on the network can do that the bridge must carry into Matrix. */
export type FromNetwork = Exclude<OptionalMethods<LoopbackChat>, Means>

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

/** What goes wrong on the way to the network in a scene, where its protocol has such a thing. */
export type OptionalFault = Exclude<OptionalMethods<LoopbackFaults>, 'hang' | 'revoke'>

/** What a network is held to by the contract suite: for each thing named here there is a scene, or the suite fails. */
export interface Abilities {
  readonly fromNetwork: readonly FromNetwork[]
  readonly toNetwork: readonly ToNetwork[]
  /** Media that cross in both directions. */
  readonly media: readonly LoopbackMediaKind[]
  /** Why there is no such thing; every other fault must happen. */
  readonly withoutFaults: Readonly<Partial<Record<OptionalFault, string>>>
}

/** What a chat that several logins share may have beside words. */
export type SharedScene = 'another app' | 'changes' | 'topic and name' | 'rooms of one’s own' | 'broadcast'
