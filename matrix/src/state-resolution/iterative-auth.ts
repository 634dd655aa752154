import type { Crypto } from '../crypto.ts'
import { MatrixError } from '../error.ts'
import { authorize } from '../event/auth/authorize.ts'
import type { AuthState } from '../event/pdu.ts'
import type { EventId } from '../ids.ts'
import type { StateGraph, StateNode } from './state-graph.ts'
import { stateMapKey } from './state-map.ts'
import type { StateMap, StateMapKey } from './state-map.ts'

/**
 * Applies each event that the state so far allows, in order, and passes over the others. Where that state lacks a key
 * that the rules ask for, the event's own auth event stands in.
 */
export function applyAuthorized(
  graph: StateGraph,
  state: Map<StateMapKey, EventId>,
  nodes: readonly StateNode[],
  verify: Crypto['verify'] | undefined,
): void {
  for (const node of nodes) {
    const auth: AuthState = {
      get: (type, key) => (stateEvent(graph, state, type, key) ?? graph.authEventFor(node, type, key))?.event,
    }
    if (isAllowed(graph, node, auth, verify)) state.set(node.key, node.id)
  }
}

export function isAllowed(
  graph: StateGraph,
  { event }: StateNode,
  auth: AuthState,
  verify: Crypto['verify'] | undefined,
): boolean {
  try {
    authorize(event, graph.version, auth, verify)
    return true
  } catch (error) {
    if (error instanceof MatrixError && error.errcode === 'M_FORBIDDEN') return false
    throw error
  }
}

export function stateEvent(graph: StateGraph, state: StateMap, type: string, stateKey: string): StateNode | undefined {
  const id = state.get(stateMapKey(type, stateKey))
  return id === undefined ? undefined : graph.node(id)
}
