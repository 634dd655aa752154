import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { supportedRoomVersions } from '@pons/matrix'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`rooms on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client

    before(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
    })
    after(() => server[Symbol.asyncDispose]())

    for (const version of supportedRoomVersions) {
      it(`creates, joins, talks, redacts and leaves in room version ${version}`, async () => {
        const roomId = await alice.createRoom({ room_version: version, preset: 'public_chat', name: 'Here' })
        await bob.join(roomId)
        const eventId = await bob.send(roomId, 'hello')
        const event = await alice.get(alice.room(roomId, `event/${encodeURIComponent(eventId)}`))
        assert.equal(event['sender'], bob.userId)
        assert.deepEqual(event['content'], { msgtype: 'm.text', body: 'hello' })
        await alice.put(alice.room(roomId, `redact/${encodeURIComponent(eventId)}/1`), { reason: 'spam' })
        const after = await bob.get(bob.room(roomId, `event/${encodeURIComponent(eventId)}`))
        assert.deepEqual(after['content'], {})
        const because = (after['unsigned'] as JsonObject)['redacted_because'] as JsonObject
        assert.equal(because['sender'], alice.userId)
        await bob.post(bob.room(roomId, 'leave'))
        assert.equal(
          await bob.refusal('PUT', bob.room(roomId, 'send/m.room.message/2'), { body: 'x' }),
          '403 M_FORBIDDEN',
        )
      })
    }

    it('answers a repeated transaction id with the first event', async () => {
      const roomId = await alice.createRoom()
      const [a, b] = await Promise.all([alice.send(roomId, 'one', 'x'), alice.send(roomId, 'two', 'x')])
      assert.equal(a, b)
      const page = await alice.get(alice.room(roomId, 'messages?dir=b&limit=100'))
      const texts = (page['chunk'] as JsonObject[]).filter((event) => event['type'] === 'm.room.message')
      assert.equal(texts.length, 1)
    })

    it('answers a repeat that comes later, and one whose sender has left meanwhile, with the first event', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
      const first = await bob.send(roomId, 'one', 'x')
      assert.equal(await bob.send(roomId, 'two', 'x'), first)
      assert.notEqual(await alice.send(roomId, 'of another device', 'x'), first)
      await bob.post(bob.room(roomId, 'leave'))
      assert.equal(await bob.send(roomId, 'three', 'x'), first)
      const page = await alice.get(alice.room(roomId, 'messages?dir=b&limit=100'))
      const texts = (page['chunk'] as JsonObject[]).filter((event) => event['type'] === 'm.room.message')
      assert.equal(texts.length, 2)
      // What was undone left no trace: the room goes on.
      await alice.send(roomId, 'afterwards')
    })

    it('refuses to act in a room that is not there, and goes on', async () => {
      const roomId = '!nowhere:example.org'
      assert.equal(
        await alice.refusal('PUT', alice.room(roomId, 'send/m.room.message/1'), { body: 'x' }),
        '403 M_FORBIDDEN',
      )
      assert.equal(
        await alice.refusal('PUT', alice.room(roomId, 'state/m.room.name'), { name: 'x' }),
        '403 M_FORBIDDEN',
      )
      assert.equal(await alice.refusal('POST', `join/${encodeURIComponent(roomId)}`), '404 M_NOT_FOUND')
      assert.equal(await alice.refusal('GET', alice.room(roomId, 'messages?dir=b')), '403 M_FORBIDDEN')
      await alice.createRoom()
    })

    it('makes nothing of a room whose creation fails half-way', async () => {
      const before = server.homeserver.services.timeline.position
      const wish = { room_alias_name: 'half', initial_state: [{ type: 'x', state_key: bob.userId, content: {} }] }
      assert.equal(await alice.refusal('POST', 'createRoom', wish), '403 M_FORBIDDEN')
      assert.equal(server.homeserver.services.timeline.position, before)
      assert.equal(
        await alice.refusal('GET', `directory/room/${encodeURIComponent('#half:example.org')}`),
        '404 M_NOT_FOUND',
      )
      await alice.createRoom({ room_alias_name: 'half' })
      // Positions are given without a gap, whatever was undone.
      const { services } = server.homeserver
      const events = await services.stores.events.byNids([before + 1])
      assert.equal(events[0]?.type, 'm.room.create')
    })

    it('pages through the timeline in both directions without gap or repeat', async () => {
      const roomId = await alice.createRoom()
      for (let i = 0; i < 25; i++) await alice.send(roomId, `m${i}`)
      const seen: string[] = []
      let from = ''
      for (;;) {
        const page = await alice.get(alice.room(roomId, `messages?dir=b&limit=7${from && `&from=${from}`}`))
        seen.push(...(page['chunk'] as JsonObject[]).map((event) => event['event_id'] as string))
        if (page['end'] === undefined) break
        from = page['end'] as string
      }
      const forward = await alice.get(alice.room(roomId, `messages?dir=f&limit=100`))
      const ids = (forward['chunk'] as JsonObject[]).map((event) => event['event_id'] as string)
      assert.deepEqual(seen.toReversed(), ids)
      assert.equal(new Set(ids).size, ids.length)
    })

    it('does not write state that is there already, and keeps the past state for who left', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat', name: 'before' })
      const first = await alice.setState(roomId, 'm.room.topic', { topic: 'a' })
      assert.equal(await alice.setState(roomId, 'm.room.topic', { topic: 'a' }), first)
      await bob.join(roomId)
      await bob.post(bob.room(roomId, 'leave'))
      await alice.setState(roomId, 'm.room.name', { name: 'after' })
      const name = await bob.get(bob.room(roomId, 'state/m.room.name'))
      assert.deepEqual(name, { name: 'before' })
      assert.deepEqual(await alice.get(alice.room(roomId, 'state/m.room.name/')), { name: 'after' })
      const members = await bob.get(bob.room(roomId, 'members'))
      assert.equal((members['chunk'] as JsonObject[]).length, 2)
    })

    it('hides what came before joining and after leaving, by the history visibility', async () => {
      const roomId = await alice.createRoom({
        preset: 'public_chat',
        initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' } }],
      })
      await alice.send(roomId, 'before')
      await bob.join(roomId)
      await alice.send(roomId, 'during')
      await bob.post(bob.room(roomId, 'leave'))
      const after = await alice.send(roomId, 'after')
      const page = await bob.get(bob.room(roomId, 'messages?dir=b&limit=100'))
      const bodies = (page['chunk'] as JsonObject[])
        .map((event) => (event['content'] as JsonObject)['body'])
        .filter((body) => body !== undefined)
      assert.deepEqual(bodies, ['during'])
      assert.equal(await bob.refusal('GET', bob.room(roomId, `event/${encodeURIComponent(after)}`)), '404 M_NOT_FOUND')
    })

    it('refuses who is banned, and lets in again who is pardoned', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
      await alice.post(alice.room(roomId, 'ban'), { user_id: bob.userId, reason: 'no' })
      assert.equal(await bob.refusal('POST', `join/${encodeURIComponent(roomId)}`), '403 M_FORBIDDEN')
      assert.equal(await alice.refusal('POST', alice.room(roomId, 'kick'), { user_id: bob.userId }), '403 M_FORBIDDEN')
      await alice.post(alice.room(roomId, 'unban'), { user_id: bob.userId })
      await bob.join(roomId)
    })

    it('lets knock, and join by membership of another room', async () => {
      const space = await alice.createRoom({ preset: 'public_chat' })
      const roomId = await alice.createRoom({
        initial_state: [
          {
            type: 'm.room.join_rules',
            content: { join_rule: 'knock_restricted', allow: [{ type: 'm.room_membership', room_id: space }] },
          },
        ],
      })
      assert.equal(await bob.refusal('POST', `join/${encodeURIComponent(roomId)}`), '403 M_FORBIDDEN')
      await bob.post(`knock/${encodeURIComponent(roomId)}`, { reason: 'please' })
      await bob.join(space)
      await bob.join(roomId)
      const member = await alice.get(alice.room(roomId, `state/m.room.member/${encodeURIComponent(bob.userId)}`))
      assert.equal(member['join_authorised_via_users_server'], alice.userId)
    })

    it('names rooms, lists public ones, and replaces a room by an upgrade', async () => {
      const roomId = await alice.createRoom({ room_alias_name: 'lobby', visibility: 'public', name: 'Lobby' })
      assert.equal(await bob.refusal('POST', 'createRoom', { room_alias_name: 'lobby' }), '400 M_ROOM_IN_USE')
      const found = await server.anonymous.get(`directory/room/${encodeURIComponent('#lobby:example.org')}`)
      assert.equal(found['room_id'], roomId)
      await bob.join('#lobby:example.org')
      const before = await bob.post('publicRooms', { filter: { generic_search_term: 'lobb' } })
      assert.deepEqual(
        (before['chunk'] as JsonObject[]).map((room) => room['room_id']),
        [roomId],
      )
      const upgraded = await alice.post(alice.room(roomId, 'upgrade'), { new_version: '12' })
      const replacement = upgraded['replacement_room'] as string
      const again = await bob.get(`directory/room/${encodeURIComponent('#lobby:example.org')}`)
      assert.equal(again['room_id'], replacement)
      const create = await alice.get(alice.room(replacement, 'state/m.room.create'))
      assert.equal((create['predecessor'] as JsonObject)['room_id'], roomId)
      assert.equal(
        await bob.refusal('DELETE', `directory/room/${encodeURIComponent('#lobby:example.org')}`),
        '403 M_FORBIDDEN',
      )
    })

    it('lets nobody into a restricted room on a word that they give themselves', async () => {
      const join_rules = { type: 'm.room.join_rules', content: { join_rule: 'restricted', allow: [] } }
      const roomId = await alice.createRoom({ room_version: '11', initial_state: [join_rules] })
      const member = bob.room(roomId, `state/m.room.member/${encodeURIComponent(bob.userId)}`)
      const word = { join_authorised_via_users_server: alice.userId }
      assert.equal(await bob.refusal('PUT', member, { membership: 'join', ...word }), '403 M_FORBIDDEN')
      assert.equal(await bob.refusal('POST', bob.room(roomId, 'join'), word), '403 M_FORBIDDEN')
      assert.equal(await bob.refusal('POST', `join/${encodeURIComponent(roomId)}`, word), '403 M_FORBIDDEN')
      await alice.post(alice.room(roomId, 'invite'), { user_id: bob.userId })
      await bob.put(member, { membership: 'join', ...word })
      assert.deepEqual(await bob.get(member), { membership: 'join' })
    })

    it('bundles edits and threads, and lists relations', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
      const root = await alice.send(roomId, 'root')
      const edit = await alice.sendEvent(
        roomId,
        'm.room.message',
        {
          body: '* new',
          msgtype: 'm.text',
          'm.new_content': { body: 'new', msgtype: 'm.text' },
          'm.relates_to': { rel_type: 'm.replace', event_id: root },
        },
        'edit',
      )
      await bob.sendEvent(
        roomId,
        'm.room.message',
        { body: 'not mine', 'm.relates_to': { rel_type: 'm.replace', event_id: root } },
        'foreign edit',
      )
      const reply = await bob.sendEvent(
        roomId,
        'm.room.message',
        { body: 'in thread', msgtype: 'm.text', 'm.relates_to': { rel_type: 'm.thread', event_id: root } },
        'reply',
      )
      const event = await alice.get(alice.room(roomId, `event/${encodeURIComponent(root)}`))
      const bundle = (event['unsigned'] as JsonObject)['m.relations'] as JsonObject
      assert.equal((bundle['m.replace'] as JsonObject)['event_id'], edit)
      const thread = bundle['m.thread'] as JsonObject
      assert.equal((thread['latest_event'] as JsonObject)['event_id'], reply)
      assert.equal(thread['count'], 1)
      const url = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/relations/${encodeURIComponent(root)}`
      const all = await alice.get(url)
      assert.equal((all['chunk'] as JsonObject[]).length, 3)
      const threaded = await alice.get(`${url}/m.thread/m.room.message`)
      assert.deepEqual(
        (threaded['chunk'] as JsonObject[]).map((one) => one['event_id']),
        [reply],
      )
      const threads = await alice.get(
        `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/threads?include=participated`,
      )
      assert.deepEqual(
        (threads['chunk'] as JsonObject[]).map((one) => one['event_id']),
        [root],
      )
    })
  })
}
