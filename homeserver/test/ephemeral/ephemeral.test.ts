import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { ManualClock } from '../../../matrix/test/manual-clock.ts'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

interface SyncedRoom {
  ephemeral?: { events: { type: string; content: JsonObject }[] }
  account_data?: { events: { type: string; content: JsonObject }[] }
}

for (const engine of engines) {
  describe(`ephemeral events, ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client
    let roomId: string
    let clock: ManualClock
    let pushed: JsonObject[]
    let arrived: () => void

    beforeEach(async () => {
      clock = new ManualClock()
      server = await testHomeserver({}, { clock }, engine)
      pushed = []
      arrived = () => {}
      await server.homeserver.appservices.register(testRegistration(), async ({ body }) => {
        const { ephemeral } = body as { ephemeral?: JsonObject[] }
        if (ephemeral) {
          pushed.push(...ephemeral)
          arrived()
        }
        return { status: 200, body: {} }
      })
      alice = await server.register('alice')
      bob = await server.register('bob')
      roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const room = (sync: JsonObject): SyncedRoom =>
      (sync['rooms'] as { join?: Record<string, SyncedRoom> } | undefined)?.join?.[roomId] ?? {}
    const ephemeral = (sync: JsonObject, type: string): JsonObject[] =>
      (room(sync).ephemeral?.events ?? []).filter((event) => event.type === type).map((event) => event.content)
    const next = (sync: JsonObject): string => `sync?since=${String(sync['next_batch'])}`

    describe('typing', () => {
      const type = (who: Client, body: JsonObject = { typing: true, timeout: 5000 }): Promise<JsonObject> =>
        who.put(who.room(roomId, `typing/${who.userId}`), body)

      it('wakes the others, and ends by itself', async () => {
        const before = await bob.get('sync')
        const waiting = bob.get(`${next(before)}&timeout=10000`)
        await type(alice)
        const during = await waiting
        assert.deepEqual(ephemeral(during, 'm.typing'), [{ user_ids: [alice.userId] }])
        assert.deepEqual(ephemeral(await bob.get(next(during)), 'm.typing'), [])
        clock.advance(5001)
        assert.deepEqual(ephemeral(await bob.get(next(during)), 'm.typing'), [{ user_ids: [] }])
      })

      it('lasts longer when it is said again, and ends when that is said', async () => {
        await type(alice)
        clock.advance(3000)
        await type(alice)
        clock.advance(3000)
        const sync = await bob.get('sync')
        assert.deepEqual(ephemeral(sync, 'm.typing'), [{ user_ids: [alice.userId] }])
        await type(alice, { typing: false })
        assert.deepEqual(ephemeral(await bob.get(next(sync)), 'm.typing'), [{ user_ids: [] }])
      })

      it('ends with leaving', async () => {
        await type(alice)
        const sync = await bob.get('sync')
        await alice.post(alice.room(roomId, 'leave'))
        assert.deepEqual(ephemeral(await bob.get(next(sync)), 'm.typing'), [{ user_ids: [] }])
      })

      it('is for members, and for oneself', async () => {
        const carol = await server.register('carol')
        const body = { typing: true }
        assert.equal(await carol.refusal('PUT', carol.room(roomId, `typing/${carol.userId}`), body), '403 M_FORBIDDEN')
        assert.equal(await bob.refusal('PUT', bob.room(roomId, `typing/${alice.userId}`), body), '403 M_FORBIDDEN')
      })
    })

    describe('receipts', () => {
      const read = (who: Client, eventId: string, body: JsonObject = {}, kind = 'm.read'): Promise<JsonObject> =>
        who.post(who.room(roomId, `receipt/${kind}/${encodeURIComponent(eventId)}`), body)

      it('go to everybody, forward only', async () => {
        const [first, second] = [await alice.send(roomId, 'one'), await alice.send(roomId, 'two')]
        const sync = await alice.get('sync')
        await read(bob, second)
        await read(bob, first)
        const [receipts] = ephemeral(await alice.get(next(sync)), 'm.receipt')
        assert.deepEqual(receipts, { [second]: { 'm.read': { [bob.userId]: { ts: clock.now() } } } })
        assert.deepEqual(ephemeral(await alice.get('sync'), 'm.receipt'), [receipts])
      })

      it('are kept to oneself when private', async () => {
        const eventId = await alice.send(roomId, 'one')
        await read(bob, eventId, {}, 'm.read.private')
        assert.deepEqual(ephemeral(await alice.get('sync'), 'm.receipt'), [])
        const own = { [eventId]: { 'm.read.private': { [bob.userId]: { ts: clock.now() } } } }
        assert.deepEqual(ephemeral(await bob.get('sync'), 'm.receipt'), [own])
      })

      it('are kept by thread', async () => {
        const root = await alice.send(roomId, 'root')
        const relates = { 'm.relates_to': { rel_type: 'm.thread', event_id: root } }
        const reply = await alice.sendEvent(
          roomId,
          'm.room.message',
          { msgtype: 'm.text', body: 'in', ...relates },
          't',
        )
        const after = await alice.send(roomId, 'after')
        await read(bob, reply, { thread_id: root })
        await read(bob, after, { thread_id: 'main' })
        const [receipts] = ephemeral(await alice.get('sync'), 'm.receipt')
        const ts = clock.now()
        assert.deepEqual(receipts, {
          [reply]: { 'm.read': { [bob.userId]: { ts, thread_id: root } } },
          [after]: { 'm.read': { [bob.userId]: { ts, thread_id: 'main' } } },
        })
      })

      const refused: { name: string; path: (eventId: string) => string; body?: JsonObject; expected: string }[] = [
        { name: 'an unknown kind', path: (id) => `receipt/m.seen/${id}`, expected: '400 M_INVALID_PARAM' },
        { name: 'an unknown event', path: () => 'receipt/m.read/$unknown', expected: '400 M_INVALID_PARAM' },
        {
          name: 'a bad thread',
          path: (id) => `receipt/m.read/${id}`,
          body: { thread_id: 'x' },
          expected: '400 M_INVALID_PARAM',
        },
        {
          name: 'a thread of the marker',
          path: (id) => `receipt/m.fully_read/${id}`,
          body: { thread_id: 'main' },
          expected: '400 M_INVALID_PARAM',
        },
      ]
      for (const { name, path, body = {}, expected } of refused) {
        it(`refuse ${name}`, async () => {
          const eventId = await alice.send(roomId, 'one')
          assert.equal(
            await alice.refusal('POST', alice.room(roomId, path(encodeURIComponent(eventId))), body),
            expected,
          )
        })
      }

      it('are for members', async () => {
        const carol = await server.register('carol')
        const eventId = encodeURIComponent(await alice.send(roomId, 'one'))
        assert.equal(
          await carol.refusal('POST', carol.room(roomId, `receipt/m.read/${eventId}`), {}),
          '403 M_FORBIDDEN',
        )
      })

      it('are set with the marker in one request', async () => {
        const eventId = await alice.send(roomId, 'one')
        const sync = await bob.get('sync')
        await bob.post(bob.room(roomId, 'read_markers'), { 'm.fully_read': eventId, 'm.read': eventId })
        const after = await bob.get(next(sync))
        assert.deepEqual(room(after).account_data?.events, [{ type: 'm.fully_read', content: { event_id: eventId } }])
        assert.equal(ephemeral(after, 'm.receipt').length, 1)
      })
    })

    it('reach application services that share the room', async () => {
      const irc = server.as(testRegistration())
      await irc.post('register', { type: 'm.login.application_service', username: 'irc_x', inhibit_login: true })
      const silent = await alice.send(roomId, 'before')
      await alice.post(alice.room(roomId, `receipt/m.read/${encodeURIComponent(silent)}`))
      await irc.post(`join/${encodeURIComponent(roomId)}?user_id=@irc_x:example.org`)
      const eventId = await bob.send(roomId, 'one')
      const both = new Promise<void>((resolve) => (arrived = () => pushed.length >= 2 && resolve()))
      await alice.put(alice.room(roomId, `typing/${alice.userId}`), { typing: true })
      await alice.post(alice.room(roomId, `receipt/m.read/${encodeURIComponent(eventId)}`))
      await both
      assert.deepEqual(pushed, [
        { type: 'm.typing', room_id: roomId, content: { user_ids: [alice.userId] } },
        {
          type: 'm.receipt',
          room_id: roomId,
          content: { [eventId]: { 'm.read': { [alice.userId]: { ts: clock.now() } } } },
        },
      ])
    })
  })
}
