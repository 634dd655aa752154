import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

interface SyncedRoom {
  unread_notifications?: { notification_count: number; highlight_count: number }
  unread_thread_notifications?: Record<string, JsonObject>
}

for (const engine of engines) {
  describe(`push, ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client

    beforeEach(async () => {
      server = await testHomeserver({}, { registrations: [testRegistration()] }, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const room = (sync: JsonObject, roomId: string): SyncedRoom =>
      (sync['rooms'] as { join?: Record<string, SyncedRoom> } | undefined)?.join?.[roomId] ?? {}

    describe('rules', () => {
      const one = (kind: string, ruleId: string, more = ''): string =>
        `pushrules/global/${kind}/${encodeURIComponent(ruleId)}${more}`
      const ids = async (kind: string): Promise<string[]> => {
        const rules = (await alice.get('pushrules/global/'))[kind] as { rule_id: string }[]
        return rules.map((rule) => rule.rule_id)
      }

      it('begin with those of the specification', async () => {
        assert.deepEqual((await alice.get('pushrules/'))['global'], await alice.get('pushrules/global/'))
        assert.equal((await ids('override'))[0], '.m.rule.master')
        assert.deepEqual(await ids('underride'), [
          '.m.rule.call',
          '.m.rule.encrypted_room_one_to_one',
          '.m.rule.room_one_to_one',
          '.m.rule.message',
          '.m.rule.encrypted',
        ])
        assert.deepEqual(await alice.get(one('content', '.m.rule.contains_user_name', '/enabled')), { enabled: true })
      })

      it('are in the first sync, and in the next when they change', async () => {
        const first = await alice.get('sync')
        const rulesIn = (sync: JsonObject): JsonObject[] =>
          ((sync['account_data'] as { events: JsonObject[] } | undefined)?.events ?? []).filter(
            ({ type }) => type === 'm.push_rules',
          )
        assert.deepEqual(rulesIn(first)[0]!['content'], await alice.get('pushrules/'))
        await alice.put(one('room', '!a:example.org'), { actions: [] })
        const second = await alice.get(`sync?since=${String(first['next_batch'])}`)
        assert.deepEqual(rulesIn(second)[0]!['content'], await alice.get('pushrules/'))
        assert.deepEqual(
          await alice.get(`user/${alice.userId}/account_data/m.push_rules`),
          await alice.get('pushrules/'),
        )
      })

      it('are placed, changed and deleted', async () => {
        await alice.put(one('content', 'one'), { pattern: 'one', actions: ['notify'] })
        await alice.put(one('content', 'two'), { pattern: 'two', actions: ['notify'] })
        await alice.put(one('content', 'three', '?after=two'), { pattern: 'three', actions: ['notify'] })
        await alice.put(one('content', 'one', '?before=two'), { pattern: 'uno', actions: [] })
        assert.deepEqual(await ids('content'), ['one', 'two', 'three', '.m.rule.contains_user_name'])
        const expected = { rule_id: 'one', default: false, enabled: true, actions: [], pattern: 'uno' }
        assert.deepEqual(await alice.get(one('content', 'one')), expected)
        await alice.put(one('content', 'one', '/enabled'), { enabled: false })
        await alice.put(one('content', 'one', '/actions'), { actions: ['notify'] })
        assert.deepEqual(await alice.get(one('content', 'one')), { ...expected, enabled: false, actions: ['notify'] })
        await alice.ok('DELETE', one('content', 'one'))
        assert.equal(await alice.refusal('GET', one('content', 'one')), '404 M_NOT_FOUND')
        await alice.put(one('override', '.m.rule.master', '/enabled'), { enabled: true })
        assert.equal((await alice.get(one('override', '.m.rule.master')))['enabled'], true)
      })

      const refused: { name: string; method?: string; path: string; body?: JsonObject; expected: string }[] = [
        { name: 'an unknown kind', path: one('other', 'x'), body: { actions: [] }, expected: '400 M_INVALID_PARAM' },
        {
          name: 'an id of the server',
          path: one('override', '.x'),
          body: { actions: [] },
          expected: '400 M_INVALID_PARAM',
        },
        { name: 'a slash', path: one('override', 'a\\b'), body: { actions: [] }, expected: '400 M_INVALID_PARAM' },
        { name: 'no actions', path: one('override', 'x'), body: {}, expected: '400 M_MISSING_PARAM' },
        { name: 'an odd action', path: one('override', 'x'), body: { actions: [3] }, expected: '400 M_INVALID_PARAM' },
        { name: 'no pattern', path: one('content', 'x'), body: { actions: [] }, expected: '400 M_MISSING_PARAM' },
        {
          name: 'a room rule for no room',
          path: one('room', 'x'),
          body: { actions: [] },
          expected: '400 M_INVALID_PARAM',
        },
        {
          name: 'an unknown neighbour',
          path: one('override', 'x', '?before=y'),
          body: { actions: [] },
          expected: '400 M_UNKNOWN',
        },
        {
          name: 'switching what is not there',
          path: one('override', 'x', '/enabled'),
          body: { enabled: true },
          expected: '404 M_NOT_FOUND',
        },
        {
          name: 'deleting what is not there',
          method: 'DELETE',
          path: one('override', 'x'),
          expected: '404 M_NOT_FOUND',
        },
        {
          name: 'deleting a rule of the server',
          method: 'DELETE',
          path: one('override', '.m.rule.master'),
          expected: '404 M_NOT_FOUND',
        },
      ]
      for (const { name, method = 'PUT', path, body, expected } of refused) {
        it(`refuse ${name}`, async () => assert.equal(await alice.refusal(method, path, body), expected))
      }
    })

    describe('unread counts', () => {
      let roomId: string
      const counts = async (who = bob): Promise<number[]> => {
        const { unread_notifications: unread } = room(await who.get('sync'), roomId)
        return [unread!.notification_count, unread!.highlight_count]
      }
      const say = (content: JsonObject, txnId: string): Promise<string> =>
        alice.sendEvent(roomId, 'm.room.message', { msgtype: 'm.text', body: 'hi', ...content }, txnId)

      beforeEach(async () => {
        roomId = await alice.createRoom({ preset: 'public_chat' })
        await bob.join(roomId)
      })

      it('grow with messages and mentions, of others only', async () => {
        await say({}, '1')
        await say({ 'm.mentions': { user_ids: [bob.userId] } }, '2')
        await say({ body: 'bob, look' }, '3')
        await say({ body: 'bob, look', 'm.mentions': {} }, '4')
        await say({ msgtype: 'm.notice' }, '5')
        assert.deepEqual(await counts(), [4, 2])
        assert.deepEqual(await counts(alice), [0, 0])
      })

      it('know who may mention the room', async () => {
        await say({ 'm.mentions': { room: true } }, '1')
        assert.deepEqual(await counts(), [1, 1])
        await bob.sendEvent(
          roomId,
          'm.room.message',
          { body: 'x', msgtype: 'm.text', 'm.mentions': { room: true } },
          '2',
        )
        assert.deepEqual(await counts(alice), [1, 0])
      })

      it('know display names', async () => {
        await bob.put(`profile/${bob.userId}/displayname`, { displayname: 'Sir Bobsworth' })
        await say({ body: 'where is sir bobsworth?' }, '1')
        assert.deepEqual(await counts(), [1, 1])
      })

      it('begin at the receipt, and wake the other devices', async () => {
        const first = await say({}, '1')
        await say({}, '2')
        const before = await bob.get('sync')
        await bob.post(bob.room(roomId, `receipt/m.read.private/${encodeURIComponent(first)}`))
        const after = room(await bob.get(`sync?since=${String(before['next_batch'])}`), roomId)
        assert.deepEqual(after.unread_notifications, { notification_count: 1, highlight_count: 0 })
      })

      it('end with a message of their own', async () => {
        await say({}, '1')
        await bob.send(roomId, 'answer')
        assert.deepEqual(await counts(), [0, 0])
      })

      it('are apart for threads when the filter wants that', async () => {
        const root = await say({}, '1')
        await say({ 'm.relates_to': { rel_type: 'm.thread', event_id: root } }, '2')
        const filter = encodeURIComponent(JSON.stringify({ room: { timeline: { unread_thread_notifications: true } } }))
        const read = async (): Promise<SyncedRoom> => room(await bob.get(`sync?filter=${filter}`), roomId)
        const apart = await read()
        assert.deepEqual(apart.unread_notifications, { notification_count: 1, highlight_count: 0 })
        assert.deepEqual(apart.unread_thread_notifications, { [root]: { notification_count: 1, highlight_count: 0 } })
        assert.deepEqual(await counts(), [2, 0])
        const last = await say({}, '3')
        await bob.post(bob.room(roomId, `receipt/m.read/${encodeURIComponent(last)}`), { thread_id: 'main' })
        assert.equal((await read()).unread_notifications!.notification_count, 0)
        assert.deepEqual(await counts(), [1, 0])
        await bob.post(bob.room(roomId, `receipt/m.read/${encodeURIComponent(last)}`))
        assert.deepEqual(await counts(), [0, 0])
      })

      it('obey own rules', async () => {
        await bob.put(`pushrules/global/room/${encodeURIComponent(roomId)}`, { actions: [] })
        await say({}, '1')
        assert.deepEqual(await counts(), [0, 0])
        await bob.put('pushrules/global/override/cake', {
          actions: ['notify', { set_tweak: 'highlight' }],
          conditions: [
            { kind: 'event_match', key: 'content.body', pattern: 'cake' },
            { kind: 'room_member_count', is: '<=2' },
          ],
        })
        await say({ body: 'there is cake' }, '2')
        await bob.put('pushrules/global/override/unknown', {
          actions: ['notify'],
          conditions: [{ kind: 'org.example' }],
        })
        await say({}, '3')
        assert.deepEqual(await counts(), [1, 1])
      })

      it('are not kept for ghosts', async () => {
        const irc = server.as(testRegistration())
        await irc.post('register', { type: 'm.login.application_service', username: 'irc_x', inhibit_login: true })
        await irc.post(`join/${encodeURIComponent(roomId)}?user_id=@irc_x:example.org`)
        await say({ 'm.mentions': { user_ids: ['@irc_x:example.org'] } }, '1')
        const notifications = await irc.get('notifications?user_id=@irc_x:example.org')
        assert.deepEqual(notifications['notifications'], [])
        assert.deepEqual(await counts(), [1, 0])
      })
    })

    it('lists notifications, the newest first', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat', invite: [bob.userId] })
      await bob.join(roomId)
      const first = await alice.send(roomId, 'one')
      const second = await alice.send(roomId, 'bob?')
      const eventIds = (page: JsonObject): string[] =>
        (page['notifications'] as { event: { event_id: string } }[]).map(({ event }) => event.event_id)
      const page = await bob.get('notifications?limit=1')
      assert.deepEqual(eventIds(page), [second])
      const older = await bob.get(`notifications?limit=1&from=${String(page['next_token'])}`)
      assert.deepEqual(eventIds(older), [first])
      assert.deepEqual(eventIds(await bob.get('notifications?only=highlight')), [second])
      await bob.post(bob.room(roomId, `receipt/m.read/${encodeURIComponent(first)}`))
      const reads = ((await bob.get('notifications'))['notifications'] as { read: boolean }[]).map(({ read }) => read)
      assert.deepEqual(reads, [false, true, true])
      assert.equal(await bob.refusal('GET', 'notifications?from=x'), '400 M_INVALID_PARAM')
    })

    describe('pushers', () => {
      const pusher = {
        pushkey: 'key',
        app_id: 'org.example',
        kind: 'http',
        app_display_name: 'App',
        device_display_name: 'Phone',
        lang: 'en',
        data: { url: 'https://push.example.org/_matrix/push/v1/notify', format: 'event_id_only' },
      }

      it('are set, shown and taken away', async () => {
        await alice.post('pushers/set', pusher)
        assert.deepEqual(await alice.get('pushers'), { pushers: [pusher] })
        await alice.post('pushers/set', { pushkey: 'key', app_id: 'org.example', kind: null })
        assert.deepEqual(await alice.get('pushers'), { pushers: [] })
      })

      it('go with the device, and to its next user', async () => {
        await alice.post('pushers/set', pusher)
        await bob.post('pushers/set', pusher)
        assert.deepEqual(await alice.get('pushers'), { pushers: [] })
        await alice.post('pushers/set', { ...pusher, append: true })
        assert.deepEqual(await bob.get('pushers'), { pushers: [pusher] })
        await bob.post('logout')
        const { accessToken } = await server.homeserver.services.sessions.logIn({ userId: bob.userId })
        const answer = await server.homeserver.dispatch({
          method: 'GET',
          url: '/_matrix/client/v3/pushers',
          headers: { authorization: `Bearer ${accessToken}` },
        })
        assert.deepEqual(answer.body, { pushers: [] })
      })

      for (const { name, change, expected } of [
        {
          name: 'plain http',
          change: { data: { url: 'http://x/_matrix/push/v1/notify' } },
          expected: '400 M_INVALID_PARAM',
        },
        { name: 'another path', change: { data: { url: 'https://x/y' } }, expected: '400 M_INVALID_PARAM' },
        { name: 'no address', change: { data: {} }, expected: '400 M_MISSING_PARAM' },
        { name: 'mail', change: { kind: 'email' }, expected: '400 M_INVALID_PARAM' },
        { name: 'too long a key', change: { pushkey: 'k'.repeat(513) }, expected: '400 M_BAD_JSON' },
      ]) {
        it(`refuse ${name}`, async () => {
          assert.equal(await alice.refusal('POST', 'pushers/set', { ...pusher, ...change }), expected)
        })
      }
    })
  })
}
