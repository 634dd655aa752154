import type { Crypto } from '../crypto.ts'
import type { EventId } from '../ids.ts'
import { authDifference, conflictedSubgraph, separate } from './conflicts.ts'
import { applyAuthorized } from './iterative-auth.ts'
import { mainlineOrder } from './mainline.ts'
import { isPowerEvent, powerOrder } from './power-order.ts'
import type { StateGraph } from './state-graph.ts'
import { stateMapKey } from './state-map.ts'
import type { StateMap, StateMapKey } from './state-map.ts'

/**
 * The algorithm of room versions 2 to 11, and its revision 2.1 of version 12, which starts from nothing and replays what
 * lies between conflicted events. https://spec.matrix.org/v1.19/rooms/v12/#state-resolution
 */
export function resolveV2(
  graph: StateGraph,
  states: readonly StateMap[],
  verify: Crypto['verify'] | undefined,
): Map<StateMapKey, EventId> {
  const separated = separate(states, true)
  const { unconflicted } = separated
  if (separated.conflicted.size === 0) return unconflicted
  const isRevised = graph.version.stateResolution === 'v2.1'

  const conflictedState = new Set([...separated.conflicted.values()].flatMap((ids) => [...ids]))
  const full = new Set([...conflictedState, ...authDifference(graph, states, separated)])
  if (isRevised) for (const id of conflictedSubgraph(graph, conflictedState)) full.add(id)

  const power = withConflictedChains(graph, full)
  const resolved = isRevised ? new Map<StateMapKey, EventId>() : new Map(unconflicted)
  applyAuthorized(graph, resolved, powerOrder(graph, power), verify)

  const others = [...full].filter((id) => !power.has(id)).map((id) => graph.node(id))
  const powerLevels = resolved.get(stateMapKey('m.room.power_levels', ''))
  applyAuthorized(graph, resolved, mainlineOrder(graph, others, powerLevels), verify)

  for (const [key, id] of unconflicted) resolved.set(key, id)
  return resolved
}

/** The power events of the full conflicted set, with what of their auth chains is in it. */
function withConflictedChains(graph: StateGraph, full: ReadonlySet<EventId>): Set<EventId> {
  const selected = new Set<EventId>()
  for (const id of full) {
    if (!isPowerEvent(graph.node(id))) continue
    selected.add(id)
    for (const chainId of graph.authChain([id])) if (full.has(chainId)) selected.add(chainId)
  }
  return selected
}
