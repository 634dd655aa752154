import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`account data, ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client

    beforeEach(async () => {
      server = await testHomeserver({}, { registrations: [testRegistration()] }, engine)
      alice = await server.register('alice')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const own = (rest: string): string => `user/${alice.userId}/${rest}`
    const ofRoom = (roomId: string, rest: string): string => own(`rooms/${encodeURIComponent(roomId)}/${rest}`)
    const events = (sync: JsonObject): JsonObject[] =>
      ((sync['account_data'] as { events: JsonObject[] } | undefined)?.events ?? []).filter(
        ({ type }) => type !== 'm.push_rules',
      )
    const roomEvents = (sync: JsonObject, roomId: string): JsonObject[] => {
      const { join = {} } = (sync['rooms'] ?? {}) as {
        join?: Record<string, { account_data?: { events: JsonObject[] } }>
      }
      return join[roomId]?.account_data?.events ?? []
    }
    const next = (sync: JsonObject): string => `sync?since=${String(sync['next_batch'])}`

    it('is kept, and wakes the own sync', async () => {
      const first = await alice.get('sync')
      const waiting = alice.get(`${next(first)}&timeout=10000`)
      await alice.put(own('account_data/org.example'), { a: 1 })
      const second = await waiting
      assert.deepEqual(events(second), [{ type: 'org.example', content: { a: 1 } }])
      assert.deepEqual(events(await alice.get(next(second))), [])
      assert.deepEqual(await alice.get(own('account_data/org.example')), { a: 1 })
      assert.deepEqual(events(await alice.get('sync')), [{ type: 'org.example', content: { a: 1 } }])
      assert.equal(await alice.refusal('GET', own('account_data/other')), '404 M_NOT_FOUND')
    })

    it('is deleted', async () => {
      await alice.put(own('account_data/org.example'), { a: 1 })
      const first = await alice.get('sync')
      await alice.ok('DELETE', `/_matrix/client/unstable/org.matrix.msc3391/${own('account_data/org.example')}`)
      assert.deepEqual(events(await alice.get(next(first))), [{ type: 'org.example', content: {} }])
      assert.deepEqual(events(await alice.get('sync')), [])
      assert.equal(await alice.refusal('GET', own('account_data/org.example')), '404 M_NOT_FOUND')
    })

    it('keeps an object that is empty by intent', async () => {
      await alice.put(own('account_data/m.direct'), {})
      assert.deepEqual(events(await alice.get('sync')), [{ type: 'm.direct', content: {} }])
    })

    it('of a room that is joined later comes with the join', async () => {
      const bob = await server.register('bob')
      const roomId = await bob.createRoom({ preset: 'public_chat' })
      await alice.put(ofRoom(roomId, 'account_data/org.example'), { a: 1 })
      const first = await alice.get('sync')
      assert.deepEqual(roomEvents(first, roomId), [])
      await alice.join(roomId)
      const expected = [{ type: 'org.example', content: { a: 1 } }]
      assert.deepEqual(roomEvents(await alice.get(next(first)), roomId), expected)
    })

    it('holds tags', async () => {
      const roomId = await alice.createRoom()
      await alice.put(ofRoom(roomId, 'tags/m.favourite'), { order: 0.5 })
      await alice.put(ofRoom(roomId, 'tags/u.work'), {})
      await alice.ok('DELETE', ofRoom(roomId, 'tags/u.work'))
      assert.deepEqual(await alice.get(ofRoom(roomId, 'tags')), { tags: { 'm.favourite': { order: 0.5 } } })
      const expected = [{ type: 'm.tag', content: { tags: { 'm.favourite': { order: 0.5 } } } }]
      assert.deepEqual(roomEvents(await alice.get('sync'), roomId), expected)
    })

    it('obeys the filter', async () => {
      await alice.put(own('account_data/org.a'), {})
      await alice.put(own('account_data/org.b'), {})
      const filter = encodeURIComponent(JSON.stringify({ account_data: { types: ['org.b'] } }))
      assert.deepEqual(events(await alice.get(`sync?filter=${filter}`)), [{ type: 'org.b', content: {} }])
    })

    const refused: { name: string; type: string; body: JsonObject; expected: string }[] = [
      { name: 'push rules', type: 'm.push_rules', body: {}, expected: '405 M_BAD_JSON' },
      { name: 'the read marker', type: 'm.fully_read', body: {}, expected: '405 M_BAD_JSON' },
      { name: 'more than 64 KiB', type: 'big', body: { a: 'x'.repeat(66_000) }, expected: '413 M_TOO_LARGE' },
    ]
    for (const { name, type, body, expected } of refused) {
      it(`does not take ${name}`, async () => {
        assert.equal(await alice.refusal('PUT', own(`account_data/${type}`), body), expected)
      })
    }

    it('is of nobody else, whoever asks', async () => {
      const bob = await server.register('bob')
      const irc = server.as(testRegistration())
      const roomId = await alice.createRoom()
      for (const who of [bob, irc]) {
        for (const path of [own('account_data/a'), ofRoom(roomId, 'account_data/a'), ofRoom(roomId, 'tags/a')]) {
          assert.equal(await who.refusal('PUT', path, {}), '403 M_FORBIDDEN')
        }
        assert.equal(await who.refusal('GET', own('account_data/a')), '403 M_FORBIDDEN')
        assert.equal(await who.refusal('GET', ofRoom(roomId, 'tags')), '403 M_FORBIDDEN')
        assert.equal(await who.refusal('DELETE', ofRoom(roomId, 'tags/a')), '403 M_FORBIDDEN')
      }
      const as = `?user_id=${alice.userId}`
      assert.equal(await irc.refusal('PUT', `${own('account_data/a')}${as}`, {}), '403 M_FORBIDDEN')
    })
  })
}
