import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

type Rooms = Record<
  string,
  Record<string, { timeline: Timeline; state: Events; summary?: JsonObject; invite_state: Events }>
>
interface Timeline {
  events: JsonObject[]
  limited: boolean
  prev_batch: string
}
interface Events {
  events: JsonObject[]
}

const compare = (a: string, b: string): number => (a < b ? -1 : 1)

for (const engine of engines) {
  describe(`sync on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client

    beforeEach(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const rooms = (response: JsonObject): Rooms => (response['rooms'] ?? {}) as unknown as Rooms
    const filter = (json: JsonObject): string => `filter=${encodeURIComponent(JSON.stringify(json))}`
    const types = (events: JsonObject[]): unknown[] => events.map((event) => event['type'])
    const next = (response: JsonObject): string => response['next_batch'] as string

    it('gives state and timeline at first, and only what is new after', async () => {
      const roomId = await alice.createRoom({ name: 'Here' })
      for (let i = 0; i < 12; i++) await alice.send(roomId, `m${i}`)
      const first = await alice.get('sync')
      const room = rooms(first)['join']![roomId]!
      assert.equal(room.timeline.events.length, 10)
      assert.equal(room.timeline.limited, true)
      assert.equal(room.timeline.events.at(-1)!['content'] && room.timeline.events.length, 10)
      assert.ok(types(room.state.events).includes('m.room.create'))
      assert.equal((room.timeline.events.at(-1)!['unsigned'] as JsonObject)['transaction_id'], 'm11')
      const earlier = await alice.get(alice.room(roomId, `messages?dir=b&from=${room.timeline.prev_batch}&limit=2`))
      assert.deepEqual(
        (earlier['chunk'] as JsonObject[]).map((e) => (e['content'] as JsonObject)['body']),
        ['m1', 'm0'],
      )
      const second = await alice.get(`sync?since=${next(first)}`)
      assert.equal(second['rooms'], undefined)
      await alice.send(roomId, 'new')
      const third = rooms(await alice.get(`sync?since=${next(second)}`))['join']![roomId]!
      assert.deepEqual(
        third.timeline.events.map((e) => (e['content'] as JsonObject)['body']),
        ['new'],
      )
      assert.deepEqual(third.state.events, [])
      assert.equal(third.timeline.limited, false)
    })

    it('wakes a long poll by a message, and by an invite', async () => {
      const roomId = await alice.createRoom()
      const since = next(await bob.get('sync'))
      const waiting = bob.get(`sync?since=${since}&timeout=20000`)
      await alice.post(alice.room(roomId, 'invite'), { user_id: bob.userId })
      const invited = await waiting
      const stripped = rooms(invited)['invite']![roomId]!.invite_state.events
      assert.ok(stripped.some((e) => e['type'] === 'm.room.member' && e['state_key'] === bob.userId))
      await bob.join(roomId)
      const joined = await bob.get(`sync?since=${next(invited)}`)
      assert.ok(rooms(joined)['join']![roomId])
      const polling = bob.get(`sync?since=${next(joined)}&timeout=20000`)
      const eventId = await alice.send(roomId, 'ping')
      assert.equal(rooms(await polling)['join']![roomId]!.timeline.events[0]!['event_id'], eventId)
    })

    it('ends a long poll when the client goes away', async () => {
      const since = next(await bob.get('sync'))
      const controller = new AbortController()
      const waiting = bob.request(
        'GET',
        `/_matrix/client/v3/sync?since=${since}&timeout=20000`,
        undefined,
        controller.signal,
      )
      controller.abort()
      assert.equal((await waiting).status, 200)
      assert.equal(server.homeserver.services.notifier.waiting, 0)
    })

    it('gives the changed state of a gap, and the state after the timeline when asked', async () => {
      const roomId = await alice.createRoom({ name: 'old' })
      const since = next(await alice.get('sync'))
      await alice.setState(roomId, 'm.room.name', { name: 'middle' })
      for (let i = 0; i < 5; i++) await alice.send(roomId, `m${i}`)
      await alice.setState(roomId, 'm.room.name', { name: 'new' })
      const few = filter({ room: { timeline: { limit: 3 } } })
      const room = rooms(await alice.get(`sync?since=${since}&${few}`))['join']![roomId]!
      assert.equal(room.timeline.limited, true)
      assert.deepEqual(
        room.state.events.map((e) => e['content']),
        [{ name: 'middle' }],
      )
      const after = await alice.get(`sync?since=${since}&${few}&use_state_after=true`)
      const entry = rooms(after)['join']![roomId] as unknown as { state_after: Events; state?: Events }
      assert.deepEqual(
        entry.state_after.events.map((e) => e['content']),
        [{ name: 'new' }],
      )
      assert.equal(entry.state, undefined)
    })

    it('counts towards the limit only what the filter lets pass', async () => {
      const roomId = await alice.createRoom()
      for (let i = 0; i < 4; i++) await alice.send(roomId, `m${i}`)
      const since = next(await alice.get('sync'))
      await alice.send(roomId, 'wanted')
      for (let i = 0; i < 130; i++) await alice.sendEvent(roomId, 'org.example.noise', {}, `n${i}`)
      const messages = filter({ room: { timeline: { types: ['m.room.message'], limit: 2 } } })
      const bodies = ({ timeline }: { timeline: Timeline }): unknown[] =>
        timeline.events.map((e) => (e['content'] as JsonObject)['body'])
      const news = rooms(await alice.get(`sync?since=${since}&${messages}`))['join']![roomId]!
      assert.deepEqual([bodies(news), news.timeline.limited], [['wanted'], false])
      const whole = rooms(await alice.get(`sync?${messages}`))['join']![roomId]!
      assert.deepEqual([bodies(whole), whole.timeline.limited], [['m3', 'wanted'], true])
    })

    it('loads members lazily, once for each device', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      for (const name of ['carol', 'dave', 'erin']) await (await server.register(name)).join(roomId)
      await bob.join(roomId)
      const lazy = filter({ room: { timeline: { limit: 1 }, state: { lazy_load_members: true } } })
      await bob.send(roomId, 'hello')
      const first = await alice.get(`sync?${lazy}`)
      const members = (response: JsonObject): unknown[] =>
        (rooms(response)['join']![roomId]!.state?.events ?? [])
          .filter((e) => e['type'] === 'm.room.member')
          .map((e) => e['state_key'] as string)
          .sort(compare)
      assert.deepEqual(members(first), [alice.userId, bob.userId])
      await bob.send(roomId, 'again')
      const second = await alice.get(`sync?${lazy}&since=${next(first)}`)
      assert.deepEqual(members(second), [])
      assert.equal(rooms(first)['join']![roomId]!.summary!['m.joined_member_count'], 5)
      assert.equal((rooms(first)['join']![roomId]!.summary!['m.heroes'] as string[]).length, 4)
    })

    it('tells of leaving, and of nothing that came after', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
      const since = next(await bob.get('sync'))
      await alice.send(roomId, 'seen')
      await alice.post(alice.room(roomId, 'kick'), { user_id: bob.userId })
      await alice.send(roomId, 'unseen')
      await alice.setState(roomId, 'm.room.name', { name: 'secret' })
      const left = rooms(await bob.get(`sync?since=${since}`))['leave']![roomId]!
      assert.deepEqual(types(left.timeline.events), ['m.room.message', 'm.room.member'])
      assert.equal(left.summary, undefined)
      assert.ok(!JSON.stringify(left).includes('secret') && !JSON.stringify(left).includes('unseen'))
      await bob.post(bob.room(roomId, 'forget'))
      assert.equal((await bob.get(`sync?since=${since}`))['rooms'], undefined)
    })

    it('gives a newly joined room whole', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat', name: 'Here' })
      for (let i = 0; i < 20; i++) await alice.send(roomId, `m${i}`)
      const since = next(await bob.get('sync'))
      await bob.join(roomId)
      const room = rooms(await bob.get(`sync?since=${since}`))['join']![roomId]!
      assert.equal(room.timeline.limited, true)
      assert.ok(types(room.state.events).includes('m.room.create'))
      assert.equal(room.timeline.events.length, 10)
    })

    it('keeps filters, and to the rooms and types they name', async () => {
      const roomId = await alice.createRoom()
      const other = await alice.createRoom()
      const definition = { room: { rooms: [roomId], timeline: { types: ['m.room.*'], not_types: ['m.room.message'] } } }
      const id = (await alice.post(`user/${alice.userId}/filter`, definition))['filter_id'] as string
      assert.deepEqual(await alice.get(`user/${alice.userId}/filter/${id}`), definition)
      assert.equal(await bob.refusal('GET', `user/${alice.userId}/filter/${id}`), '403 M_FORBIDDEN')
      await alice.send(roomId, 'x')
      const response = await alice.get(`sync?filter=${id}`)
      assert.deepEqual(Object.keys(rooms(response)['join']!), [roomId])
      assert.ok(!types(rooms(response)['join']![roomId]!.timeline.events).includes('m.room.message'))
      assert.ok(other)
    })

    it('refuses a token that it did not make', async () => {
      assert.equal(await alice.refusal('GET', 'sync?since=nonsense'), '400 M_INVALID_PARAM')
    })
  })
}
