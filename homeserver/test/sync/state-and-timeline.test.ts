import assert from 'node:assert/strict'
import type { JsonObject, RoomId } from '@pons/matrix'
import fc from 'fast-check'
import { testHomeserver, type Client, type TestHomeserver } from '../support.ts'

interface Entry {
  readonly state?: { readonly events: readonly JsonObject[] }
  readonly timeline?: { readonly events: readonly JsonObject[] }
}

/** What a client holds that does as the specification says: state first, then the timeline over it. */
class ClientState {
  readonly #client: Client
  readonly #query: string
  readonly #state = new Map<string, unknown>()
  #since: string | undefined
  /** Where the member events stand of those who speak in the last timeline. */
  #senders: ReadonlySet<string> = new Set()

  constructor(client: Client, filter: JsonObject) {
    this.#client = client
    this.#query = `filter=${encodeURIComponent(JSON.stringify(filter))}`
  }

  /** Asks, and does not get the answer: the next request comes from where this one came from. */
  async lose(): Promise<void> {
    await this.#ask()
  }

  #ask(): Promise<JsonObject> {
    return this.#client.get(`sync?${this.#query}${this.#since === undefined ? '' : `&since=${this.#since}`}`)
  }

  async sync(roomId: RoomId): Promise<void> {
    const response = await this.#ask()
    this.#since = response['next_batch'] as string
    const rooms = (response['rooms'] ?? {}) as Record<string, Record<string, Entry>>
    const entry = rooms['join']?.[roomId] ?? rooms['leave']?.[roomId]
    for (const event of [...(entry?.state?.events ?? []), ...(entry?.timeline?.events ?? [])]) {
      if (event['state_key'] !== undefined) this.#state.set(place(event), event['event_id'])
    }
    this.#senders = new Set(entry?.timeline?.events.map(({ sender }) => `m.room.member ${String(sender)}`))
  }

  /** Of members those alone whom the timeline needs: of others the client asks. */
  neededOf(state: JsonObject): JsonObject {
    const isNeeded = (name: string): boolean => !name.startsWith('m.room.member ') || this.#senders.has(name)
    return Object.fromEntries(Object.entries(state).filter(([name]) => isNeeded(name))) as JsonObject
  }

  get state(): JsonObject {
    return sorted(this.#state)
  }
}

function place(event: JsonObject): string {
  return `${String(event['type'])} ${String(event['state_key'])}`
}

function sorted(state: ReadonlyMap<string, unknown>): JsonObject {
  return Object.fromEntries([...state].toSorted(([a], [b]) => (a < b ? -1 : 1))) as JsonObject
}

const people = ['bob', 'carol', 'dave'] as const
const visibilities = ['joined', 'invited', 'shared', 'world_readable'] as const
const filters: readonly JsonObject[] = [
  {},
  { room: { timeline: { limit: 2 } } },
  { room: { timeline: { limit: 0 } } },
  { room: { timeline: { types: ['m.room.message'] } } },
  { room: { timeline: { not_types: ['m.room.name', 'm.room.member'], limit: 3 } } },
  { room: { timeline: { not_senders: ['@alice:example.org'], limit: 3 } } },
  { room: { timeline: { senders: ['@bob:example.org'] } } },
]

const lazyFilters: readonly JsonObject[] = [
  { room: { state: { lazy_load_members: true } } },
  { room: { state: { lazy_load_members: true }, timeline: { limit: 2 } } },
  { room: { state: { lazy_load_members: true }, timeline: { types: ['m.room.message'], limit: 3 } } },
  { room: { timeline: { lazy_load_members: true, not_types: ['m.room.member'] } } },
]

type Step =
  | { readonly do: 'say' | 'name' | 'join' | 'leave' | 'rename'; readonly who: number }
  | { readonly do: 'visibility'; readonly value: number }
  | { readonly do: 'kick' | 'invite'; readonly who: number }
  | { readonly do: 'sync' | 'lose'; readonly which: number }

const who = fc.nat(people.length - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('say' as const, 'name' as const, 'join' as const, 'leave' as const), who }),
  fc.record({ do: fc.constant('rename' as const), who }),
  fc.record({ do: fc.constant('visibility' as const), value: fc.nat(visibilities.length - 1) }),
  fc.record({ do: fc.constantFrom('kick' as const, 'invite' as const), who }),
  fc.record({ do: fc.constantFrom('sync' as const, 'lose' as const), which: fc.nat(filters.length - 1) }),
)

describe('state and timeline of a sync', function () {
  let server: TestHomeserver
  let alice: Client
  let others: readonly Client[]

  before(async () => {
    server = await testHomeserver()
    alice = await server.register('alice')
    others = await Promise.all(people.map((name) => server.register(name)))
  })
  after(() => server[Symbol.asyncDispose]())

  const stateOf = async (client: Client, roomId: RoomId): Promise<JsonObject> => {
    const events = (await client.get(client.room(roomId, 'state'))) as unknown as JsonObject[]
    return sorted(new Map(events.map((event) => [place(event), event['event_id']])))
  }

  let counter = 0
  const act = async (roomId: RoomId, one: Step): Promise<void> => {
    counter++
    // What the rules of the room refuse is a step that changes nothing.
    const client = 'who' in one ? others[one.who]! : alice
    const put = (by: Client, type: string, content: JsonObject): Promise<unknown> =>
      by.request('PUT', by.room(roomId, `state/${type}/`), content)
    const post = (by: Client, rest: string, body: JsonObject): Promise<unknown> =>
      by.request('POST', by.room(roomId, rest), body)
    if (one.do === 'say')
      await client.request('PUT', client.room(roomId, `send/m.room.message/${counter}`), message(counter))
    else if (one.do === 'name')
      await put(counter % 2 === 0 ? alice : client, 'm.room.name', { name: `name ${counter}` })
    else if (one.do === 'join') await post(client, 'join', {})
    else if (one.do === 'leave') await post(client, 'leave', {})
    else if (one.do === 'rename') {
      const url = client.room(roomId, `state/m.room.member/${encodeURIComponent(client.userId)}`)
      if ((await memberships(roomId)).has(client.userId))
        await client.request('PUT', url, { membership: 'join', displayname: `called ${counter}` })
    } else if (one.do === 'visibility')
      await put(alice, 'm.room.history_visibility', { history_visibility: visibilities[one.value]! })
    else if (one.do === 'kick' || one.do === 'invite') await post(alice, one.do, { user_id: client.userId })
  }

  const message = (number: number): JsonObject => ({ msgtype: 'm.text', body: `text ${number}` })

  const memberships = async (roomId: RoomId): Promise<ReadonlySet<string>> =>
    new Set(Object.keys((await alice.get(alice.room(roomId, 'joined_members')))['joined'] as JsonObject))

  it('tell who comes back what changed while they could not see it', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat', name: 'before' })
    await alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'joined' })
    const [bob, carol] = [others[0]!, others[1]!]
    await bob.join(roomId)
    const held = new ClientState(bob, {})
    await held.sync(roomId)
    await bob.post(bob.room(roomId, 'leave'))
    await alice.setState(roomId, 'm.room.name', { name: 'after' })
    await carol.join(roomId)
    await bob.join(roomId)
    await bob.send(roomId, 'back')
    const fresh = new ClientState(bob, {})
    for (const client of [held, fresh]) {
      await client.sync(roomId)
      assert.deepEqual(client.state, await stateOf(bob, roomId))
    }
  })

  it('give the state of the server, whatever happened in between and whatever is filtered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const levels = { users: { [alice.userId]: 100 }, state_default: 0, users_default: 0 }
        const roomId = await alice.createRoom({ preset: 'public_chat', power_level_content_override: levels })
        const viewer = others[0]!
        await viewer.join(roomId)
        const holds = filters.map((filter) => new ClientState(viewer, filter))
        const check = async (which: number): Promise<void> => {
          const held = holds[which]!
          await held.sync(roomId)
          const isIn = (await memberships(roomId)).has(viewer.userId)
          // Whoever left is told of it once; what an invitation shows is not the room's state.
          if (isIn) assert.deepEqual(held.state, await stateOf(viewer, roomId), JSON.stringify(filters[which]))
        }
        for (const which of filters.keys()) await check(which)
        for (const one of steps) {
          if (one.do === 'sync') await check(one.which)
          else if (one.do === 'lose') await holds[one.which]!.lose()
          else await act(roomId, one)
        }
        for (const which of filters.keys()) {
          await check(which)
          const fresh = new ClientState(viewer, filters[which]!)
          await fresh.sync(roomId)
          const isIn = (await memberships(roomId)).has(viewer.userId)
          if (isIn)
            assert.deepEqual(fresh.state, await stateOf(viewer, roomId), `fresh ${JSON.stringify(filters[which])}`)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('give who loads members lazily those that the timeline needs, though answers are lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const levels = { users: { [alice.userId]: 100 }, state_default: 0, users_default: 0 }
        const roomId = await alice.createRoom({ preset: 'public_chat', power_level_content_override: levels })
        const viewer = others[0]!
        await viewer.join(roomId)
        const holds = lazyFilters.map((filter) => new ClientState(viewer, filter))
        const check = async (which: number): Promise<void> => {
          const held = holds[which]!
          await held.sync(roomId)
          if (!(await memberships(roomId)).has(viewer.userId)) return
          const [has, needs] = [held.neededOf(held.state), held.neededOf(await stateOf(viewer, roomId))]
          assert.deepEqual(has, needs, JSON.stringify(lazyFilters[which]))
        }
        for (const which of lazyFilters.keys()) await check(which)
        for (const one of steps) {
          const which = 'which' in one ? one.which % lazyFilters.length : 0
          if (one.do === 'sync') await check(which)
          else if (one.do === 'lose') await holds[which]!.lose()
          else await act(roomId, one)
        }
        for (const which of lazyFilters.keys()) await check(which)
      }),
      { numRuns: 30 },
    )
  })

  it('give a member again who is needed when the answer that had them was lost', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' })
    const bob = others[0]!
    await bob.join(roomId)
    for (let at = 0; at < 5; at++) await alice.send(roomId, `text ${at}`)
    const held = new ClientState(alice, lazyFilters[1]!)
    await held.sync(roomId)
    await bob.send(roomId, 'who is this?')
    for (let at = 0; at < 2; at++) await held.lose()
    await held.sync(roomId)
    assert.ok(Object.hasOwn(held.state, `m.room.member ${bob.userId}`))
  })
})
