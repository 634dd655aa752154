import { authEventIds } from '../event/pdu.ts'
import type { AuthEvent, Pdu } from '../event/pdu.ts'
import type { EventId } from '../ids.ts'
import type { RoomVersion } from '../room-versions.ts'
import { stateMapKey } from './state-map.ts'
import type { StateMapKey } from './state-map.ts'

/** A state event as resolution needs it. */
export interface ResolvableEvent {
  readonly pdu: Pdu
  /** Rejected by its own auth events. Such events count as nobody's auth event. */
  readonly isRejected?: boolean
}

/** Thrown when the look-up does not know an event of the states or of their auth chains. */
export class MissingEventError extends Error {
  override readonly name = 'MissingEventError'
  readonly eventId: EventId

  constructor(eventId: EventId) {
    super(`state resolution needs event ${eventId}`)
    this.eventId = eventId
  }
}

/** An event of the graph; every id has one node. */
export interface StateNode {
  readonly id: EventId
  readonly key: StateMapKey
  readonly event: AuthEvent & Pick<Pdu, 'prev_events'>
  readonly originServerTs: number
  readonly depth: number
  readonly isRejected: boolean
  readonly authIds: readonly EventId[]
}

/** The auth-event graph behind the states that are resolved, read through a look-up and remembered. */
export class StateGraph {
  readonly version: RoomVersion
  readonly #lookup: (id: EventId) => ResolvableEvent | undefined
  readonly #nodes = new Map<EventId, StateNode>()

  constructor(version: RoomVersion, lookup: (id: EventId) => ResolvableEvent | undefined) {
    this.version = version
    this.#lookup = lookup
  }

  /** @throws MissingEventError */
  node(id: EventId): StateNode {
    const known = this.#nodes.get(id)
    if (known !== undefined) return known
    const found = this.#lookup(id)
    if (found === undefined) throw new MissingEventError(id)
    const { pdu } = found
    const node: StateNode = {
      id,
      key: stateMapKey(pdu.type, pdu.state_key ?? ''),
      event: { ...pdu, event_id: id },
      originServerTs: pdu.origin_server_ts,
      depth: pdu.depth,
      isRejected: found.isRejected ?? false,
      authIds: authEventIds(pdu),
    }
    this.#nodes.set(id, node)
    return node
  }

  /** Every event reachable through `auth_events`, without the given ones unless they are reached. */
  authChain(ids: Iterable<EventId>): Set<EventId> {
    const chain = new Set<EventId>()
    const pending = [...ids]
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      for (const authId of this.node(id).authIds) {
        if (chain.has(authId)) continue
        chain.add(authId)
        pending.push(authId)
      }
    }
    return chain
  }

  /** The event's own auth event for a key. Rooms since version 12 name their create event by the room id. */
  authEventFor(node: StateNode, type: string, stateKey: string): StateNode | undefined {
    if (this.version.roomIdIsCreateHash && type === 'm.room.create' && stateKey === '') return this.#createOf(node)
    const key = stateMapKey(type, stateKey)
    for (const id of node.authIds) {
      const authNode = this.node(id)
      if (authNode.key === key && !authNode.isRejected) return authNode
    }
    return undefined
  }

  #createOf({ id, event }: StateNode): StateNode {
    return this.node(event.room_id === undefined ? id : (`$${event.room_id.slice(1)}` as EventId))
  }
}
