import type { EventId } from '../ids.ts'
import { compareByAge } from './power-order.ts'
import type { StateGraph, StateNode } from './state-graph.ts'

/**
 * Mainline ordering: the power levels' own history is the mainline, and events come in the order of the place on it that
 * they were authorised by, oldest first; those that never meet it come first of all.
 */
export function mainlineOrder(graph: StateGraph, nodes: readonly StateNode[], powerLevels: EventId | undefined) {
  const positions = new Map<EventId, number>()
  let onMainline = powerLevels === undefined ? undefined : graph.node(powerLevels)
  for (let i = 0; onMainline !== undefined; i++) {
    positions.set(onMainline.id, i)
    onMainline = citedPowerLevels(graph, onMainline)
  }

  const placed = nodes.map((node) => ({ node, position: mainlinePosition(graph, node, positions) }))
  placed.sort((a, b) => (a.position === b.position ? compareByAge(a.node, b.node) : b.position - a.position))
  return placed.map(({ node }) => node)
}

/** Infinity for an event whose power levels never meet the mainline. */
function mainlinePosition(graph: StateGraph, node: StateNode, positions: ReadonlyMap<EventId, number>): number {
  let at = citedPowerLevels(graph, node)
  while (at !== undefined) {
    const position = positions.get(at.id)
    if (position !== undefined) return position
    at = citedPowerLevels(graph, at)
  }
  return Infinity
}

function citedPowerLevels(graph: StateGraph, { authIds }: StateNode): StateNode | undefined {
  return authIds.map((id) => graph.node(id)).find(({ event }) => event.type === 'm.room.power_levels')
}
