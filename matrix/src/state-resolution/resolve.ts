import type { Crypto } from '../crypto.ts'
import type { EventId } from '../ids.ts'
import type { RoomVersion } from '../room-versions.ts'
import { StateGraph } from './state-graph.ts'
import type { ResolvableEvent } from './state-graph.ts'
import type { StateMap } from './state-map.ts'
import { resolveV1 } from './v1.ts'
import { resolveV2 } from './v2.ts'

export interface ResolveOptions {
  readonly version: RoomVersion
  /** Answers for every event of the states and of their auth chains; since room version 12 also for the create event. */
  readonly lookup: (id: EventId) => ResolvableEvent | undefined
  /** For third-party invites, which do not pass without it. */
  readonly verify?: Crypto['verify']
}

/**
 * The state before an event whose parents left these states. The order of the states does not matter. Nothing is looked
 * up when they are the same.
 *
 * @throws MissingEventError when the look-up does not know an event
 */
export function resolveState(states: readonly StateMap[], { version, lookup, verify }: ResolveOptions): StateMap {
  const [only] = states
  if (only !== undefined && states.length === 1) return only
  const resolve = version.stateResolution === 'v1' ? resolveV1 : resolveV2
  return resolve(new StateGraph(version, lookup), states, verify)
}
