import type { EventId } from '../ids.ts'
import type { StateGraph } from './state-graph.ts'
import type { StateMap, StateMapKey } from './state-map.ts'

export interface Separated {
  /** The keys on which the states agree. */
  readonly unconflicted: Map<StateMapKey, EventId>
  /** All that the states hold for the other keys. */
  readonly conflicted: Map<StateMapKey, Set<EventId>>
}

/** @param isAbsenceConflict whether a key that some state lacks is conflicted: since version 2 of the algorithm */
export function separate(states: readonly StateMap[], isAbsenceConflict: boolean): Separated {
  const values = new Map<StateMapKey, Set<EventId>>()
  const counts = new Map<StateMapKey, number>()
  for (const state of states) {
    for (const [key, id] of state) {
      const ids = values.get(key)
      if (ids === undefined) values.set(key, new Set([id]))
      else ids.add(id)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  const separated: Separated = { unconflicted: new Map(), conflicted: new Map() }
  for (const [key, ids] of values) {
    const [only] = ids
    const isEverywhere = counts.get(key) === states.length || !isAbsenceConflict
    if (ids.size === 1 && isEverywhere) separated.unconflicted.set(key, only!)
    else separated.conflicted.set(key, ids)
  }
  return separated
}

/** The events that are in the auth chain of some state, but not in those of all. */
export function authDifference(graph: StateGraph, states: readonly StateMap[], { unconflicted }: Separated) {
  // What the unconflicted events cite is in all chains, so only the chains of the others can differ.
  const agreed = new Set(unconflicted.values())
  const chains = states.map((state) => graph.authChain([...state.values()].filter((id) => !agreed.has(id))))
  const difference = new Set<EventId>()
  for (const chain of chains) {
    for (const id of chain) if (!chains.every((other) => other.has(id))) difference.add(id)
  }
  if (difference.size === 0) return difference
  for (const id of graph.authChain(agreed)) difference.delete(id)
  return difference
}

/**
 * All events on auth paths between two conflicted events, ends included: those that a conflicted event leads to and that
 * lead to one themselves. Added with room version 12.
 */
export function conflictedSubgraph(graph: StateGraph, conflicted: ReadonlySet<EventId>): Set<EventId> {
  const leadsToConflict = new Map<EventId, boolean>()
  // Depth first without recursion, as chains of power levels grow long: a node is decided after all it cites.
  const stack = [...conflicted].map((id) => ({ id, isExpanded: false }))
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (leadsToConflict.has(top.id)) continue
    const { authIds } = graph.node(top.id)
    if (top.isExpanded) {
      leadsToConflict.set(top.id, conflicted.has(top.id) || authIds.some((id) => leadsToConflict.get(id)))
      continue
    }
    stack.push({ id: top.id, isExpanded: true })
    for (const id of authIds) if (!leadsToConflict.has(id)) stack.push({ id, isExpanded: false })
  }
  return new Set([...leadsToConflict].filter(([, leads]) => leads).map(([id]) => id))
}
