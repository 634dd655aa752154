import type { Crypto } from '../crypto.ts'
import type { AuthState } from '../event/pdu.ts'
import type { EventId } from '../ids.ts'
import { separate } from './conflicts.ts'
import { isAllowed, stateEvent } from './iterative-auth.ts'
import { sha1Hex } from './sha1.ts'
import type { StateGraph, StateNode } from './state-graph.ts'
import { splitStateMapKey } from './state-map.ts'
import type { StateMap, StateMapKey } from './state-map.ts'

/** Each is settled before the next is looked at, since the next depends on it. */
const authTypes = ['m.room.power_levels', 'm.room.join_rules', 'm.room.member']

interface Conflict {
  readonly key: StateMapKey
  readonly type: string
  /** Deepest first, then the smaller SHA-1 of the id. */
  readonly nodes: readonly StateNode[]
}

/** The algorithm of room version 1. https://spec.matrix.org/v1.19/rooms/v1/#state-resolution */
export function resolveV1(
  graph: StateGraph,
  states: readonly StateMap[],
  verify: Crypto['verify'] | undefined,
): Map<StateMapKey, EventId> {
  const { unconflicted: resolved, conflicted } = separate(states, false)
  const conflicts = [...conflicted].map(([key, ids]): Conflict => {
    const nodes = [...ids].map((id) => graph.node(id))
    return { key, type: splitStateMapKey(key)[0], nodes: inOrder(nodes) }
  })
  const passes = (node: StateNode, state: StateMap) => isAllowed(graph, node, authStateOf(graph, state), verify)

  for (const authType of authTypes) {
    const ofType = conflicts.filter(({ type }) => type === authType)
    const winners = ofType.map(
      ({ key, nodes }) => [key, lastOfAllowedRun(nodes.toReversed(), resolved, passes)] as const,
    )
    for (const [key, winner] of winners) resolved.set(key, winner.id)
  }
  const others = conflicts.filter(({ type }) => !authTypes.includes(type))
  // The shallowest stands in when the state allows none of them.
  const winners = others.map(
    ({ key, nodes }) => [key, nodes.find((node) => passes(node, resolved)) ?? nodes.at(-1)!] as const,
  )
  for (const [key, winner] of winners) resolved.set(key, winner.id)
  return resolved
}

/** Starts from the shallowest, goes on as long as each allows the next, and answers where that ends. */
function lastOfAllowedRun(
  nodes: readonly StateNode[],
  resolved: StateMap,
  passes: (node: StateNode, state: StateMap) => boolean,
): StateNode {
  let last = nodes[0]!
  for (const node of nodes.slice(1)) {
    if (!passes(node, new Map(resolved).set(last.key, last.id))) break
    last = node
  }
  return last
}

function inOrder(nodes: readonly StateNode[]): StateNode[] {
  const hashed = nodes.map((node) => ({ node, hash: sha1Hex(node.id) }))
  hashed.sort((a, b) => b.node.depth - a.node.depth || (a.hash < b.hash ? -1 : 1))
  return hashed.map(({ node }) => node)
}

function authStateOf(graph: StateGraph, state: StateMap): AuthState {
  return { get: (type, stateKey) => stateEvent(graph, state, type, stateKey)?.event }
}
