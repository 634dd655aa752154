// Who is not in a room, or no longer, learns nothing of it.
import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`reading on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client
    let mallory: Client

    beforeEach(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
      mallory = await server.register('mallory')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    it('is refused to outsiders, by every way', async () => {
      const roomId = await alice.createRoom({ preset: 'private_chat', name: 'Secret name', topic: 'Secret topic' })
      const eventId = encodeURIComponent(await alice.send(roomId, 'secret text'))
      const v1 = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}`
      const member = encodeURIComponent(alice.userId)
      const paths = [
        'messages?dir=b',
        'members',
        'joined_members',
        'state',
        'state/m.room.name',
        `state/m.room.member/${member}`,
        `event/${eventId}`,
        `context/${eventId}`,
        'aliases',
        `relations/${eventId}`,
        'threads',
        'timestamp_to_event?ts=0&dir=f',
        'hierarchy',
        'initialSync',
      ]
      for (const path of paths) {
        for (const url of [mallory.room(roomId, path), `${v1}/${path}`]) {
          const { status, body } = await mallory.request('GET', url)
          assert.match(
            `${status} ${String(body['errcode'])}`,
            /^(403 M_FORBIDDEN|404 M_NOT_FOUND|404 M_UNRECOGNIZED)$/,
            url,
          )
          assert.ok(!JSON.stringify(body).includes('Secret'), url)
        }
      }
      for (const [method, path, body] of [
        ['POST', 'leave', {}],
        ['POST', 'forget', {}],
        ['POST', 'upgrade', { new_version: '11' }],
        ['POST', `receipt/m.read/${eventId}`, {}],
        ['POST', 'read_markers', { 'm.fully_read': decodeURIComponent(eventId) }],
        ['PUT', `typing/${encodeURIComponent(mallory.userId)}`, { typing: true, timeout: 1000 }],
      ] as const) {
        assert.match(await mallory.refusal(method, mallory.room(roomId, path), body), /^(403|404) /, path)
      }
      const unknown = '!doesnotexist:example.org'
      const answersFor = async (id: string) => (await mallory.request('GET', mallory.room(id, 'state'))).body
      assert.deepEqual(await answersFor(unknown), await answersFor(roomId))
      const sync = JSON.stringify(await mallory.get('sync?full_state=true'))
      assert.ok(!sync.includes('secret') && !sync.includes(roomId))
    })

    it('of public lists and summaries shows no private room', async () => {
      await alice.createRoom({ preset: 'private_chat', name: 'Secret name', room_alias_name: 'hidden' })
      await alice.createRoom({ preset: 'public_chat', name: 'Unlisted name' })
      await alice.createRoom({ preset: 'public_chat', name: 'Listed name', visibility: 'public' })
      for (const list of [await mallory.get('publicRooms'), await mallory.post('publicRooms', {})]) {
        assert.deepEqual(
          (list['chunk'] as JsonObject[]).map(({ name }) => name),
          ['Listed name'],
        )
      }
    })

    for (const way of ['leave', 'kick', 'ban'] as const) {
      it(`ends with ${way}`, async () => {
        const roomId = await alice.createRoom({ preset: 'public_chat', name: 'Before' })
        await bob.join(roomId)
        await alice.send(roomId, 'seen')
        const since = (await bob.get('sync'))['next_batch'] as string
        if (way === 'leave') await bob.post(bob.room(roomId, 'leave'))
        else await alice.post(alice.room(roomId, way), { user_id: bob.userId })
        await alice.setState(roomId, 'm.room.name', { name: 'Hidden later' })
        const later = await alice.send(roomId, 'hidden later')
        await mallory.join(roomId)
        const telling = [
          await bob.get(`sync?since=${since}`),
          await bob.get(`sync?since=${since}&full_state=true`),
          await bob.get('sync'),
          await bob.get(`sync?filter=${encodeURIComponent('{"room":{"include_leave":true}}')}`),
          await bob.get(bob.room(roomId, 'messages?dir=b&limit=100')),
          await bob.get(bob.room(roomId, 'messages?dir=f&limit=100')),
          await bob.get(bob.room(roomId, 'state')),
          await bob.get(bob.room(roomId, 'members')),
          (await bob.request('GET', bob.room(roomId, 'joined_members'))).body,
          (await bob.request('GET', bob.room(roomId, `context/${encodeURIComponent(later)}`))).body,
          (await bob.request('GET', bob.room(roomId, `event/${encodeURIComponent(later)}`))).body,
        ]
        for (const [index, answer] of telling.entries()) {
          const text = JSON.stringify(answer)
          assert.ok(!/hidden later/i.test(text) && !text.includes('mallory'), `answer ${index}: ${text}`)
        }
        assert.deepEqual(await bob.get(bob.room(roomId, 'state/m.room.name')), { name: 'Before' })
        const next = (telling[0] as JsonObject)['next_batch'] as string
        await alice.send(roomId, 'hidden later still')
        assert.ok(!/hidden later/i.test(JSON.stringify(await bob.get(`sync?since=${next}`))))
      })
    }

    it('ends for what is told beside an event, too: later answers in its thread, edits, and why it was taken back', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
      const [root, other] = [await alice.send(roomId, 'root'), await alice.send(roomId, 'other')]
      const relate = (rel_type: string, body: string): Promise<string> =>
        alice.sendEvent(roomId, 'm.room.message', { body, 'm.relates_to': { rel_type, event_id: root } }, body)
      for (const type of ['m.thread', 'm.replace', 'm.reference']) await relate(type, `${type} in time`)
      await bob.post(bob.room(roomId, 'leave'))
      const later = []
      for (const type of ['m.thread', 'm.replace', 'm.reference'])
        later.push(await relate(type, `${type} hidden later`))
      const url = alice.room(roomId, `redact/${encodeURIComponent(other)}/t`)
      await alice.put(url, { reason: 'hidden later' })
      const v1 = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}`
      const telling = [
        await bob.get(bob.room(roomId, `event/${encodeURIComponent(root)}`)),
        await bob.get(bob.room(roomId, `event/${encodeURIComponent(other)}`)),
        await bob.get(bob.room(roomId, 'messages?dir=b&limit=100')),
        await bob.get(bob.room(roomId, `context/${encodeURIComponent(root)}`)),
        await bob.get(`${v1}/threads`),
        await bob.get(`sync?filter=${encodeURIComponent('{"room":{"include_leave":true}}')}`),
      ]
      for (const [index, answer] of telling.entries()) {
        const text = JSON.stringify(answer)
        assert.ok(!text.includes('hidden later') && !later.some((id) => text.includes(id)), `answer ${index}: ${text}`)
      }
      const bundles = (telling[0]!['unsigned'] as JsonObject)['m.relations'] as Record<string, JsonObject>
      assert.equal(bundles['m.thread']?.['count'], 1)
      assert.ok(JSON.stringify(bundles['m.replace']).includes('m.replace in time'))
      assert.equal((telling[4]!['chunk'] as unknown[]).length, 1)
    })

    it('of an absence where the history is for members shows no answer that was given in it', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'joined' })
      await bob.join(roomId)
      const root = await alice.send(roomId, 'root')
      await bob.post(bob.room(roomId, 'leave'))
      const relation = { rel_type: 'm.thread', event_id: root }
      await alice.sendEvent(roomId, 'm.room.message', { body: 'hidden then', 'm.relates_to': relation }, 't')
      await bob.join(roomId)
      const event = await bob.get(bob.room(roomId, `event/${encodeURIComponent(root)}`))
      assert.ok(!JSON.stringify(event).includes('hidden then'))
    })

    it('starts with the join where the history is for members', async () => {
      const roomId = await alice.createRoom({
        preset: 'public_chat',
        initial_state: [
          { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } },
        ],
      })
      const early = await alice.send(roomId, 'too early')
      await bob.join(roomId)
      await alice.send(roomId, 'in time')
      const id = encodeURIComponent(early)
      const telling = [
        await bob.get('sync'),
        await bob.get(bob.room(roomId, 'messages?dir=b&limit=100')),
        (await bob.request('GET', bob.room(roomId, `event/${id}`))).body,
        (await bob.request('GET', bob.room(roomId, `context/${id}`))).body,
      ]
      for (const answer of telling) assert.ok(!JSON.stringify(answer).includes('too early'))
      assert.ok(JSON.stringify(telling[1]).includes('in time'))
    })

    it('of an invite shows stripped state alone, and nothing after it was taken back', async () => {
      const roomId = await alice.createRoom({ preset: 'private_chat', name: 'Visible', invite: [bob.userId] })
      await alice.send(roomId, 'for members')
      const sync = await bob.get('sync')
      const { invite } = sync['rooms'] as { invite: JsonObject }
      assert.deepEqual(Object.keys(invite), [roomId])
      const told = JSON.stringify(sync)
      assert.ok(told.includes('Visible') && !told.includes('for members') && !told.includes('m.room.power_levels'))
      assert.equal(await bob.refusal('GET', bob.room(roomId, 'state')), '403 M_FORBIDDEN')
      await alice.post(alice.room(roomId, 'kick'), { user_id: bob.userId })
      await alice.setState(roomId, 'm.room.name', { name: 'Renamed' })
      const after = JSON.stringify([await bob.get('sync'), await bob.get(`sync?since=${sync['next_batch'] as string}`)])
      assert.ok(!after.includes('Renamed') && !after.includes('for members'))
      assert.equal(await bob.refusal('GET', bob.room(roomId, 'state')), '403 M_FORBIDDEN')
    })
  })
}
