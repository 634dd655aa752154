// A room that forks: every branch is a server that accepts what its own state allows and hears nothing of the others.
import { createHash } from 'node:crypto'

import { MatrixError, authStateKeys, authorize, roomVersion, stateMapKey } from '../../src/index.ts'
import type {
  AuthEvent,
  EventId,
  JsonObject,
  Pdu,
  ResolvableEvent,
  RoomId,
  RoomVersion,
  RoomVersionId,
  StateMap,
  StateMapKey,
  UserId,
} from '../../src/index.ts'

export interface Action {
  readonly sender: string
  readonly type: string
  readonly stateKey?: string
  readonly content: JsonObject
  /** Moves the event's clock; branches run in parallel, so times may repeat. */
  readonly ts?: number
}

export interface Branch {
  readonly state: Map<StateMapKey, EventId>
  last: EventId | undefined
  depth: number
}

export const people = ['@alice:one', '@bob:one', '@carol:two', '@dave:two', '@eve:three']

export class SimulatedRoom {
  readonly version: RoomVersion
  readonly events = new Map<EventId, ResolvableEvent>()
  readonly lookup = (id: EventId): ResolvableEvent | undefined => this.events.get(id)
  readonly trunk: Branch = { state: new Map(), last: undefined, depth: 0 }
  #count = 0
  #roomId = '!room:one' as RoomId

  /** Alice makes a public room where she has 100 and Bob 50, and everybody joins. */
  constructor(id: RoomVersionId) {
    this.version = roomVersion(id)
    const [alice = '', bob = ''] = people
    this.send(this.trunk, { sender: alice, type: 'm.room.create', content: { room_version: id, creator: alice } })
    this.send(this.trunk, { sender: alice, type: 'm.room.member', stateKey: alice, content: { membership: 'join' } })
    const users = this.version.privilegedCreators ? { [bob]: 50 } : { [alice]: 100, [bob]: 50 }
    this.send(this.trunk, { sender: alice, type: 'm.room.power_levels', content: { users } })
    this.send(this.trunk, { sender: alice, type: 'm.room.join_rules', content: { join_rule: 'public' } })
    for (const person of people.slice(1)) this.join(this.trunk, person)
  }

  fork(from: Branch = this.trunk): Branch {
    return { ...from, state: new Map(from.state) }
  }

  join(branch: Branch, user: string): EventId | undefined {
    return this.send(branch, { sender: user, type: 'm.room.member', stateKey: user, content: { membership: 'join' } })
  }

  /** Undefined when the branch's state does not allow it. */
  send(branch: Branch, action: Action): EventId | undefined {
    const pdu = this.#pdu(branch, action)
    const id = `$${createHash('sha256').update(`event ${this.#count}`).digest('base64url')}` as EventId
    const event = { ...pdu, event_id: id }
    if (!this.#isAllowed(branch, event)) return undefined
    this.#count++
    if (pdu.type === 'm.room.create' && this.version.roomIdIsCreateHash) this.#roomId = `!${id.slice(1)}` as RoomId
    this.events.set(id, { pdu })
    branch.state.set(stateMapKey(pdu.type, pdu.state_key ?? ''), id)
    branch.last = id
    branch.depth++
    return id
  }

  /** Sets one key of a branch's state to the event with this number, be it older or of another branch. */
  reset(branch: Branch, number: number): void {
    const ids = [...this.events.keys()]
    const id = ids[number % ids.length]!
    const { pdu } = this.events.get(id)!
    branch.state.set(stateMapKey(pdu.type, pdu.state_key ?? ''), id)
  }

  /** The content of the event that a state holds for a key. */
  content(state: StateMap, type: string, stateKey = ''): JsonObject | undefined {
    const id = state.get(stateMapKey(type, stateKey))
    return id === undefined ? undefined : this.events.get(id)?.pdu.content
  }

  #pdu(branch: Branch, { sender, type, stateKey = '', content, ts = 0 }: Action): Pdu {
    const draft = { type, sender: sender as UserId, state_key: stateKey, content }
    const isRoomMaker = type === 'm.room.create' && this.version.roomIdIsCreateHash
    const authIds = authStateKeys(draft, this.version).flatMap(([t, k]) => branch.state.get(stateMapKey(t, k)) ?? [])
    return {
      ...draft,
      auth_events: authIds,
      prev_events: branch.last === undefined ? [] : [branch.last],
      depth: branch.depth + 1,
      origin_server_ts: 1000 + branch.depth * 10 + ts,
      hashes: { sha256: '' },
      signatures: {},
      ...(!isRoomMaker && { room_id: this.#roomId }),
    }
  }

  #isAllowed(branch: Branch, event: AuthEvent & Pick<Pdu, 'prev_events'>): boolean {
    const get = (type: string, key: string): AuthEvent | undefined => {
      const id = branch.state.get(stateMapKey(type, key))
      return id === undefined ? undefined : { ...this.events.get(id)!.pdu, event_id: id }
    }
    try {
      authorize(event, this.version, { get })
      return true
    } catch (error) {
      if (error instanceof MatrixError) return false
      throw error
    }
  }
}
