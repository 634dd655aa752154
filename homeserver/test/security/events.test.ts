// What a client sends as an event is checked before it can reach a room.
import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

const encoder = new TextEncoder()

for (const engine of engines) {
  describe(`events on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client
    let roomId: string
    let foreign: string

    before(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
      roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
      foreign = await bob.createRoom({ preset: 'private_chat' })
    })
    after(() => server[Symbol.asyncDispose]())

    let txn = 0
    const send = (text: string, type = 'm.room.message') =>
      alice.request('PUT', alice.room(roomId, `send/${type}/t${txn++}`), encoder.encode(text))

    it('belong to the room of the path, whatever the body says', async () => {
      const body = { room_id: foreign, sender: bob.userId, event_id: '$x', state_key: '', body: 'x' }
      const eventId = await alice.sendEvent(roomId, 'm.room.message', body, 'own-room')
      const event = await alice.get(alice.room(roomId, `event/${encodeURIComponent(eventId)}`))
      assert.equal(event['room_id'], roomId)
      assert.equal(event['sender'], alice.userId)
      assert.equal(event['state_key'], undefined)
    })

    it('of another room are neither read, redacted nor related to through this one', async () => {
      const secret = await bob.send(foreign, 'secret')
      const id = encodeURIComponent(secret)
      for (const path of [`event/${id}`, `context/${id}`]) {
        assert.equal(await alice.refusal('GET', alice.room(roomId, path)), '404 M_NOT_FOUND', path)
      }
      assert.equal(
        await alice.refusal('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/relations/${id}`),
        '404 M_NOT_FOUND',
      )
      assert.equal(await alice.refusal('PUT', alice.room(roomId, `redact/${id}/r1`), {}), '404 M_NOT_FOUND')
      assert.equal(await bob.refusal('PUT', bob.room(roomId, `redact/${id}/r1`), {}), '404 M_NOT_FOUND')
      const relating = { body: 'x', 'm.relates_to': { rel_type: 'm.thread', event_id: secret } }
      await alice.sendEvent(roomId, 'm.room.message', relating, 'relating')
      const bundled = await bob.get(bob.room(foreign, `event/${id}`))
      assert.equal((bundled['unsigned'] as JsonObject)['m.relations'], undefined)
    })

    it('are redacted by who may, never the create event, and redactions of redactions end', async () => {
      const mine = await alice.send(roomId, 'mine')
      const redact = (client: Client, target: string, id: string) =>
        client.request('PUT', client.room(roomId, `redact/${encodeURIComponent(target)}/${id}`), {})
      assert.equal((await redact(bob, mine, 'b1')).status, 403)
      const state = (await alice.get(alice.room(roomId, 'state'))) as unknown as JsonObject[]
      const create = state.find(({ type }) => type === 'm.room.create')?.['event_id'] as string
      assert.equal((await redact(alice, create, 'a1')).status, 403)
      const viaSend = { redacts: create }
      assert.equal(
        await alice.refusal('PUT', alice.room(roomId, 'send/m.room.redaction/a2'), viaSend),
        '403 M_FORBIDDEN',
      )
      const first = (await redact(alice, mine, 'a3')).body['event_id'] as string
      const second = (await redact(alice, first, 'a4')).body['event_id'] as string
      const third = (await redact(alice, second, 'a5')).body['event_id'] as string
      for (const id of [mine, first, second, third]) {
        const event = await bob.get(bob.room(roomId, `event/${encodeURIComponent(id)}`))
        const because = (event['unsigned'] as JsonObject)['redacted_because'] as JsonObject | undefined
        assert.equal((because?.['unsigned'] as JsonObject | undefined)?.['redacted_because'], undefined)
      }
    })

    const refused: [name: string, text: string, answer: RegExp][] = [
      ['a fraction', '{"n":1.5}', /400 M_BAD_JSON/],
      ['an integer beyond 2^53', '{"n":9007199254740993}', /400 M_BAD_JSON/],
      ['a power of ten', '{"n":1e300}', /400 M_BAD_JSON/],
      ['a lone surrogate', '{"s":"\\ud800"}', /400 M_BAD_JSON/],
      ['what is no object', '[1]', /400 M_BAD_JSON/],
      ['what is no JSON', '{"a":', /400 M_NOT_JSON/],
      ['deep nesting', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`, /400 M_(BAD|NOT)_JSON/],
      ['more than 65,536 bytes', JSON.stringify({ body: 'x'.repeat(65_500) }), /413 M_TOO_LARGE/],
      ['more than 65,536 bytes in few letters', JSON.stringify({ body: '€'.repeat(22_000) }), /413 M_TOO_LARGE/],
    ]
    for (const [name, text, answer] of refused) {
      it(`are refused with ${name}`, async () => {
        const { status, body } = await send(text)
        assert.match(`${status} ${String(body['errcode'])}`, answer)
      })
    }

    it('have types and state keys of at most 255 bytes, without NUL', async () => {
      for (const [type, key] of [
        ['x'.repeat(256), ''],
        ['€'.repeat(86), ''],
        ['x', 'y'.repeat(256)],
        ['x', '€'.repeat(86)],
        ['x\0y', ''],
        ['x', 'a\0b'],
      ] as const) {
        const url = alice.room(roomId, `state/${encodeURIComponent(type)}/${encodeURIComponent(key)}`)
        assert.match(await alice.refusal('PUT', url, {}), /^(400 M_(BAD_JSON|INVALID_PARAM)|413 M_TOO_LARGE)$/, url)
        const initial = { initial_state: [{ type, state_key: key, content: {} }] }
        assert.match(await alice.refusal('POST', 'createRoom', initial), /^(400 M_\w+|413 M_TOO_LARGE)$/)
      }
      assert.match(
        await alice.refusal('PUT', alice.room(roomId, 'send/m.room.message/a%00b'), {}),
        /^400 M_(BAD_JSON|INVALID_PARAM)$/,
      )
      await alice.setState(roomId, 'x', {}, '€'.repeat(85))
    })

    it('keep keys that mean something to JavaScript as data', async () => {
      const text =
        '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"toString":1,"hasOwnProperty":2}'
      const { body } = await send(text)
      const event = await alice.get(alice.room(roomId, `event/${encodeURIComponent(body['event_id'] as string)}`))
      assert.equal(({} as { isAdmin?: unknown }).isAdmin, undefined)
      const content = event['content'] as JsonObject
      assert.equal(content['toString'], 1)
      assert.equal((content as { isAdmin?: unknown }).isAdmin, undefined)
      await alice.setState(roomId, '__proto__', { a: 1 }, '__proto__')
      assert.deepEqual(await alice.get(alice.room(roomId, 'state/__proto__/__proto__')), { a: 1 })
      await alice.get('sync')
      await alice.get(`sync?filter=${encodeURIComponent('{"__proto__":{"room":1},"room":{"__proto__":{"rooms":[]}}}')}`)
    })

    it('take one of two equal keys, the same everywhere', async () => {
      const { body } = await send('{"a":1,"a":2}')
      const event = await alice.get(alice.room(roomId, `event/${encodeURIComponent(body['event_id'] as string)}`))
      assert.deepEqual(event['content'], { a: 2 })
    })

    it('are refused from who may not, and change nothing', async () => {
      const carol = await server.register(`carol${engine.toLowerCase()}`)
      const newest = async () => (await alice.get(alice.room(roomId, 'messages?dir=b&limit=1')))['start']
      const before = await newest()
      const attempts: [Client, string, string, object][] = [
        [carol, 'PUT', 'send/m.room.message/c1', { body: 'x' }],
        [carol, 'PUT', 'state/m.room.topic/', { topic: 'x' }],
        [bob, 'PUT', 'state/m.room.power_levels/', { users: { [bob.userId]: 100 } }],
        [bob, 'PUT', 'state/m.room.create/', { creator: bob.userId }],
        [bob, 'PUT', `state/m.room.member/${encodeURIComponent(alice.userId)}`, { membership: 'ban' }],
        [bob, 'PUT', `state/m.room.member/${encodeURIComponent(carol.userId)}`, { membership: 'join' }],
        [bob, 'PUT', `state/x/${encodeURIComponent(alice.userId)}`, {}],
        [bob, 'POST', 'kick', { user_id: alice.userId }],
        [bob, 'POST', 'ban', { user_id: alice.userId }],
        [carol, 'POST', 'invite', { user_id: carol.userId }],
      ]
      for (const [client, method, path, body] of attempts) {
        assert.equal(await client.refusal(method, client.room(roomId, path), body), '403 M_FORBIDDEN', path)
      }
      assert.deepEqual(await newest(), before)
    })
  })
}
