import { powerLevelOf } from '../event/auth/levels.ts'
import type { EventId } from '../ids.ts'
import { compareCodePoints } from '../json/canonical.ts'
import type { StateGraph, StateNode } from './state-graph.ts'

interface Candidate {
  readonly node: StateNode
  readonly senderLevel: number
}

/** Events that may take somebody's rights away. */
export function isPowerEvent({ event }: StateNode): boolean {
  if (event.type === 'm.room.power_levels' || event.type === 'm.room.join_rules') return true
  if (event.type !== 'm.room.member' || event.sender === event.state_key) return false
  return event.content['membership'] === 'leave' || event.content['membership'] === 'ban'
}

/**
 * Reverse topological power ordering: what an event cites comes before it; among events that are free to come next,
 * first the sender with more power, then the older event, then the smaller id. (Kahn's algorithm.)
 */
export function powerOrder(graph: StateGraph, ids: ReadonlySet<EventId>): StateNode[] {
  const citedBy = new Map<EventId, EventId[]>()
  const missing = new Map<EventId, number>()
  for (const id of ids) {
    const cited = new Set(graph.node(id).authIds.filter((authId) => ids.has(authId)))
    missing.set(id, cited.size)
    for (const authId of cited) citedBy.set(authId, [...(citedBy.get(authId) ?? []), id])
  }

  const free: Candidate[] = []
  for (const [id, count] of missing) if (count === 0) insert(free, candidate(graph, id))
  const ordered: StateNode[] = []
  for (let next = free.pop(); next !== undefined; next = free.pop()) {
    ordered.push(next.node)
    for (const id of citedBy.get(next.node.id) ?? []) {
      const left = missing.get(id)! - 1
      missing.set(id, left)
      if (left === 0) insert(free, candidate(graph, id))
    }
  }
  return ordered
}

function candidate(graph: StateGraph, id: EventId): Candidate {
  const node = graph.node(id)
  const state = { get: (type: string, key: string) => graph.authEventFor(node, type, key)?.event }
  return { node, senderLevel: powerLevelOf(state, node.event.sender) }
}

/** Keeps the list sorted with the next candidate at its end. */
function insert(list: Candidate[], added: Candidate): void {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (comesBefore(added, list[middle]!)) low = middle + 1
    else high = middle
  }
  list.splice(low, 0, added)
}

function comesBefore(a: Candidate, b: Candidate): boolean {
  // Levels may both be infinite, so they are compared and not subtracted.
  if (a.senderLevel !== b.senderLevel) return a.senderLevel > b.senderLevel
  return compareByAge(a.node, b.node) < 0
}

/** Older first, then the smaller id. */
export function compareByAge(a: StateNode, b: StateNode): number {
  return a.originServerTs - b.originServerTs || compareCodePoints(a.id, b.id)
}
