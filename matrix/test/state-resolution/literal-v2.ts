// State resolution v2 and v2.1 as the specification words it, one sentence after the other and with no regard for cost:
// what the real one is compared with.
import { authEventIds, authorize, powerLevelOf, stateMapKey } from '../../src/index.ts'
import type { AuthEvent, EventId, Pdu, ResolvableEvent, RoomVersion, StateMap, StateMapKey } from '../../src/index.ts'

type Lookup = (id: EventId) => ResolvableEvent | undefined

export function resolveLiterally(states: readonly StateMap[], version: RoomVersion, lookup: Lookup): StateMap {
  const isRevised = version.stateResolution === 'v2.1'
  const pdu = (id: EventId): Pdu => lookup(id)!.pdu
  const authEvents = (id: EventId): EventId[] => authEventIds(pdu(id))
  const keyOf = (id: EventId): StateMapKey => stateMapKey(pdu(id).type, pdu(id).state_key ?? '')

  function authChain(id: EventId): Set<EventId> {
    return new Set(authEvents(id).flatMap((authId) => [authId, ...authChain(authId)]))
  }

  // Unconflicted state map and conflicted state set
  const allKeys = new Set(states.flatMap((state) => [...state.keys()]))
  const unconflicted = new Map<StateMapKey, EventId>()
  const conflicted = new Set<EventId>()
  for (const key of allKeys) {
    const values = states.map((state) => state.get(key))
    const [first] = values
    if (first !== undefined && values.every((value) => value === first)) unconflicted.set(key, first)
    else for (const value of values) if (value !== undefined) conflicted.add(value)
  }

  // Auth difference
  const fullChains = states.map((state) => new Set([...state.values()].flatMap((id) => [...authChain(id)])))
  const union = new Set(fullChains.flatMap((chain) => [...chain]))
  const difference = [...union].filter((id) => !fullChains.every((chain) => chain.has(id)))

  // Conflicted state subgraph
  const reaches = (from: EventId, to: EventId): boolean => from === to || authChain(from).has(to)
  const subgraph = [...union, ...conflicted].filter(
    (id) => [...conflicted].some((start) => reaches(start, id)) && [...conflicted].some((end) => reaches(id, end)),
  )

  const full = new Set([...conflicted, ...difference, ...(isRevised ? subgraph : [])])

  function isPower(id: EventId): boolean {
    const { type, sender, state_key, content } = pdu(id)
    if (type === 'm.room.power_levels' || type === 'm.room.join_rules') return true
    const { membership } = content
    return type === 'm.room.member' && sender !== state_key && (membership === 'leave' || membership === 'ban')
  }

  function withId(id: EventId): AuthEvent & Pdu {
    return { ...pdu(id), event_id: id }
  }

  function fromAuthEvents(id: EventId, type: string, stateKey: string): (AuthEvent & Pdu) | undefined {
    if (type === 'm.room.create' && version.roomIdIsCreateHash) {
      return withId(`$${pdu(id).room_id?.slice(1) ?? id.slice(1)}` as EventId)
    }
    const found = authEvents(id).find((authId) => keyOf(authId) === stateMapKey(type, stateKey))
    return found === undefined || lookup(found)!.isRejected ? undefined : withId(found)
  }

  function senderLevel(id: EventId): number {
    return powerLevelOf({ get: (type, stateKey) => fromAuthEvents(id, type, stateKey) }, pdu(id).sender)
  }

  function compareAge(a: EventId, b: EventId): number {
    if (pdu(a).origin_server_ts !== pdu(b).origin_server_ts) return pdu(a).origin_server_ts - pdu(b).origin_server_ts
    return a < b ? -1 : 1
  }

  function reverseTopologicalPowerOrdering(ids: Set<EventId>): EventId[] {
    const ordered: EventId[] = []
    const left = new Set(ids)
    while (left.size > 0) {
      const candidates = [...left].filter((id) => !authEvents(id).some((authId) => left.has(authId)))
      candidates.sort((a, b) => {
        if (senderLevel(a) !== senderLevel(b)) return senderLevel(a) > senderLevel(b) ? -1 : 1
        return compareAge(a, b)
      })
      ordered.push(candidates[0]!)
      left.delete(candidates[0]!)
    }
    return ordered
  }

  function powerLevelsOf(id: EventId): EventId | undefined {
    return authEvents(id).find((authId) => pdu(authId).type === 'm.room.power_levels')
  }

  function mainlinePosition(mainline: EventId[], id: EventId): number {
    for (let at = powerLevelsOf(id); at !== undefined; at = powerLevelsOf(at)) {
      if (mainline.includes(at)) return mainline.indexOf(at)
    }
    return Infinity
  }

  function iterativeAuthChecks(state: Map<StateMapKey, EventId>, ids: EventId[]): void {
    for (const id of ids) {
      const get = (type: string, stateKey: string): AuthEvent | undefined => {
        const inState = state.get(stateMapKey(type, stateKey))
        return inState === undefined ? fromAuthEvents(id, type, stateKey) : withId(inState)
      }
      try {
        authorize(withId(id), version, { get })
      } catch {
        continue
      }
      state.set(keyOf(id), id)
    }
  }

  // 1. Select X
  const selected = new Set<EventId>()
  for (const id of full) {
    if (!isPower(id)) continue
    for (const chosen of [id, ...authChain(id)]) if (full.has(chosen)) selected.add(chosen)
  }
  // 2. Iterative auth checks on X
  const resolved = isRevised ? new Map<StateMapKey, EventId>() : new Map(unconflicted)
  iterativeAuthChecks(resolved, reverseTopologicalPowerOrdering(selected))
  // 3. Order the others by the mainline
  const mainline: EventId[] = []
  for (let at = resolved.get(stateMapKey('m.room.power_levels', '')); at !== undefined; at = powerLevelsOf(at))
    mainline.push(at)
  const others = [...full].filter((id) => !selected.has(id))
  others.sort((a, b) => {
    const [left, right] = [mainlinePosition(mainline, a), mainlinePosition(mainline, b)]
    if (left !== right) return left > right ? -1 : 1
    return compareAge(a, b)
  })
  // 4. Iterative auth checks on the others
  iterativeAuthChecks(resolved, others)
  // 5. The unconflicted state map has the last word
  for (const [key, id] of unconflicted) resolved.set(key, id)
  return resolved
}
