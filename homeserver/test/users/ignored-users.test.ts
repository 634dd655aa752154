import assert from 'node:assert/strict'
import type { JsonObject, RoomId } from '@pons/matrix'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`ignored users on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client
    let carol: Client

    beforeEach(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
      carol = await server.register('carol')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const ignore = (...users: string[]): Promise<JsonObject> =>
      alice.put(`user/${encodeURIComponent(alice.userId)}/account_data/m.ignored_user_list`, {
        ignored_users: Object.fromEntries(users.map((userId) => [userId, {}])),
      })

    const roomFor = async (): Promise<RoomId> => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
      await carol.join(roomId)
      return roomId
    }

    const bodies = (events: unknown): unknown[] =>
      (events as JsonObject[])
        .filter(({ type }) => type === 'm.room.message')
        .map(({ content }) => (content as JsonObject)['body'])

    interface Joined {
      readonly timeline: { readonly events: JsonObject[] }
      readonly unread_notifications: { readonly notification_count: number }
    }
    const joined = (response: JsonObject, roomId: RoomId): Joined | undefined =>
      (response['rooms'] as { join?: Record<string, Joined> } | undefined)?.join?.[roomId]

    it('leave nothing to be read of what they said before', async () => {
      const roomId = await roomFor()
      for (let at = 0; at < 3; at++) await bob.send(roomId, `from bob ${at}`)
      await carol.send(roomId, 'from carol')
      for (let at = 3; at < 6; at++) await bob.send(roomId, `from bob ${at}`)
      const unread = async (): Promise<number> =>
        joined(await alice.get('sync'), roomId)!.unread_notifications.notification_count
      assert.equal(await unread(), 7)
      await ignore(bob.userId)
      assert.equal(await unread(), 1)
      const told: JsonObject[] = []
      let from = ''
      do {
        const page = await alice.get(`notifications?limit=2${from}`)
        told.push(...(page['notifications'] as JsonObject[]).map(({ event }) => event as JsonObject))
        from = page['next_token'] === undefined ? '' : `&from=${page['next_token'] as string}`
      } while (from !== '')
      assert.deepEqual(bodies(told), ['from carol'])
    })

    it('do not count in the thread of an event, and are not its latest answer', async () => {
      const roomId = await roomFor()
      const root = await carol.send(roomId, 'root')
      const answer = (client: Client, body: string): Promise<string> =>
        client.sendEvent(
          roomId,
          'm.room.message',
          { body, 'm.relates_to': { rel_type: 'm.thread', event_id: root } },
          body,
        )
      const heard = await answer(carol, 'heard')
      await answer(bob, 'unheard')
      const thread = async (): Promise<JsonObject | undefined> => {
        const event = await alice.get(alice.room(roomId, `event/${encodeURIComponent(root)}`))
        const bundles = (event['unsigned'] as JsonObject)['m.relations'] as Record<string, JsonObject> | undefined
        return bundles?.['m.thread']
      }
      assert.equal((await thread())?.['count'], 2)
      await ignore(bob.userId)
      const left = await thread()
      assert.deepEqual([left!['count'], (left!['latest_event'] as JsonObject)['event_id']], [1, heard])
      await ignore(bob.userId, carol.userId)
      assert.equal(await thread(), undefined)
    })

    it('are not heard in syncs, pages, contexts and relations, at once and until they are not ignored any more', async () => {
      const roomId = await roomFor()
      const first = await carol.send(roomId, 'before')
      const since = (await alice.get('sync'))['next_batch'] as string
      await ignore(bob.userId)
      await bob.send(roomId, 'unheard')
      const relation = { rel_type: 'm.reference', event_id: first }
      await bob.sendEvent(roomId, 'org.example.answer', { 'm.relates_to': relation }, 'r')
      await carol.send(roomId, 'heard')
      await bob.setState(roomId, 'm.room.member', { membership: 'join', displayname: 'Robert' }, bob.userId)
      const news = joined(await alice.get(`sync?since=${since}`), roomId)!
      assert.deepEqual(bodies(news.timeline.events), ['heard'])
      assert.ok(
        news.timeline.events.some((event) => event['state_key'] === bob.userId),
        'state is shown',
      )
      assert.deepEqual(bodies((await alice.get(alice.room(roomId, 'messages?dir=b&limit=50')))['chunk']), [
        'heard',
        'before',
      ])
      const context = await alice.get(alice.room(roomId, `context/${encodeURIComponent(first)}?limit=20`))
      assert.deepEqual(bodies(context['events_after']), ['heard'])
      const url = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/relations/${encodeURIComponent(first)}`
      assert.deepEqual((await alice.get(url))['chunk'], [])
      assert.equal(((await carol.get(url))['chunk'] as JsonObject[]).length, 1)
      await ignore()
      assert.deepEqual(bodies(joined(await alice.get('sync'), roomId)!.timeline.events), ['before', 'unheard', 'heard'])
    })

    it('count for nothing and notify of nothing', async () => {
      const roomId = await roomFor()
      await ignore(bob.userId)
      await bob.send(roomId, `hello ${alice.userId}`)
      await carol.send(roomId, 'one')
      const { unread_notifications: unread } = joined(await alice.get('sync'), roomId)!
      assert.equal(unread.notification_count, 1)
      const { notifications } = (await alice.get('notifications')) as { notifications: { event: JsonObject }[] }
      assert.deepEqual(
        notifications.map(({ event }) => event['sender']),
        [carol.userId],
      )
    })

    it('invite in vain', async () => {
      await ignore(bob.userId)
      const since = (await alice.get('sync'))['next_batch'] as string
      await bob.createRoom({ invite: [alice.userId] })
      const byCarol = await carol.createRoom({ invite: [alice.userId] })
      for (const query of ['sync', `sync?since=${since}`]) {
        const { rooms } = (await alice.get(query)) as { rooms: { invite: JsonObject } }
        assert.deepEqual(Object.keys(rooms.invite), [byCarol])
      }
    })

    it('are never oneself, and a list that is none ignores nobody', async () => {
      const roomId = await roomFor()
      await ignore(alice.userId)
      await alice.send(roomId, 'mine')
      assert.deepEqual(bodies(joined(await alice.get('sync'), roomId)!.timeline.events), ['mine'])
      await alice.put(`user/${encodeURIComponent(alice.userId)}/account_data/m.ignored_user_list`, {
        ignored_users: [bob.userId],
      })
      await bob.send(roomId, 'theirs')
      assert.deepEqual(bodies(joined(await alice.get('sync'), roomId)!.timeline.events), ['mine', 'theirs'])
    })
  })
}
