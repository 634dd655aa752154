import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { routes } from '../../src/api/routes.ts'
import { filled, filledUrl, type Filling } from '../filled-inputs.ts'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'] as const
const shared = [Object, Function, Array, String, Number, Boolean, Map, Set, Promise, RegExp, Date, Error]

/** The names of everything that all objects share. */
function sharedNames(): string[] {
  return shared.flatMap((of) =>
    [of, of.prototype].flatMap((object) => Reflect.ownKeys(object).map((key) => `${of.name} ${String(key)}`)),
  )
}

/** As it comes from a socket: text that the server parses. */
function bytes(text: string): Uint8Array {
  return Buffer.from(text)
}

for (const engine of engines) {
  describe(`names from outside are never object keys (${engine})`, () => {
    let server: TestHomeserver
    let bystander: Client
    let roomId: string
    let folder: string
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'pons-names-'))
      const media = { folder, max_upload_bytes: 100_000 }
      server = await testHomeserver(
        { password_hashing: 'cheap', media },
        { registrations: [testRegistration()] },
        engine,
      )
      bystander = await server.register('bystander')
      roomId = await bystander.createRoom({ preset: 'public_chat' })
    })
    after(async () => {
      await server[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    })

    async function everybodyIsServed(): Promise<void> {
      assert.equal((await bystander.get('account/whoami'))['user_id'], bystander.userId)
      const { rooms } = (await bystander.get('sync')) as { rooms?: { join?: Record<string, unknown> } }
      assert.ok(Object.hasOwn(rooms?.join ?? {}, roomId))
      const newcomer = await server.register(`newcomer${Math.random().toString(36).slice(2)}`)
      await newcomer.join(roomId)
    }

    it('takes a signature for __proto__, and everybody is still answered', async () => {
      const mallory = await server.register('mallory')
      const before = sharedNames()
      for (const name of names) {
        const body = bytes(`{"${name}":{"polluted":{},"${name}":{}}}`)
        const { failures } = (await mallory.post('keys/signatures/upload', body)) as unknown as {
          failures: Record<string, Record<string, { errcode: string }>>
        }
        assert.deepEqual(Object.keys(failures), [name])
        const ofName = Object.getOwnPropertyDescriptor(failures, name)?.value as Record<string, { errcode: string }>
        assert.deepEqual(Object.keys(ofName).sort(), ['polluted', name].sort())
        assert.equal(ofName['polluted']?.errcode, 'M_NOT_FOUND')
      }
      assert.deepEqual(sharedNames(), before)
      await everybodyIsServed()
    })

    it('checks what stands under every name, those with line breaks among them', async () => {
      const { userId } = bystander
      for (const name of ['\n', 'a\nb', '\r', '\u2028', '', ' ']) {
        for (const [method, url, body] of [
          ['POST', 'keys/claim', { one_time_keys: { [name]: null } }],
          ['POST', 'keys/claim', { one_time_keys: { [userId]: { [name]: { a: 1 } } } }],
          ['POST', 'keys/query', { device_keys: { [name]: null } }],
          ['PUT', `sendToDevice/m.test/${encodeURIComponent(name)}1`, { messages: { [name]: 'text' } }],
          ['PUT', `sendToDevice/m.test/${encodeURIComponent(name)}2`, { messages: { [userId]: { [name]: 'text' } } }],
        ] as const) {
          const refusal = await bystander.refusal(method, url, bytes(JSON.stringify(body)))
          assert.match(refusal, /^400 M_(BAD_JSON|INVALID_PARAM)$/, `${url} ${JSON.stringify(body)}`)
        }
      }
    })

    it('keeps such names in event content and account data', async () => {
      const alice = await server.register('alice')
      const ownRoom = await alice.createRoom()
      const text = '{"__proto__":{"a":{"__proto__":1}},"constructor":{"prototype":{"b":2}},"toString":"c"}'
      const { event_id: eventId } = await alice.put(`rooms/${ownRoom}/send/m.test/1`, bytes(text))
      const event = await alice.get(`rooms/${ownRoom}/event/${eventId as string}`)
      assert.equal(JSON.stringify(event['content']), text)
      const dataUrl = `user/${alice.userId}/account_data/m.test`
      await alice.put(dataUrl, bytes(text))
      assert.equal(JSON.stringify(await alice.get(dataUrl)), text)
      const stateUrl = `rooms/${ownRoom}/state/__proto__/constructor`
      await alice.put(stateUrl, bytes(text))
      assert.equal(JSON.stringify(await alice.get(stateUrl)), text)
      for (const name of names) {
        await alice.put(`user/${alice.userId}/rooms/${ownRoom}/tags/${name}`, { order: 0.5 })
        await alice.put(`profile/${alice.userId}/${name}`, bytes(`{"${name}":"x"}`))
      }
      const { tags } = (await alice.get(`user/${alice.userId}/rooms/${ownRoom}/tags`)) as { tags: object }
      assert.deepEqual(Object.keys(tags).sort(), [...names].sort())
      assert.deepEqual(Object.keys(await alice.get(`profile/${alice.userId}`)).sort(), [...names].sort())
    })

    it('answers keys, backups and claims under such names', async () => {
      const carol = await server.register('carol')
      const { version } = await carol.post('room_keys/version', { algorithm: 'a', auth_data: {} })
      const key = { first_message_index: 0, forwarded_count: 0, is_verified: false, session_data: {} }
      const sessions = Object.fromEntries(names.map((id) => [id, key]))
      const put = `room_keys/keys?version=${version as string}`
      // Room ids have a form of their own.
      for (const name of names) {
        const body = bytes(JSON.stringify({ rooms: Object.fromEntries([[name, { sessions }]]) }))
        assert.equal(await carol.refusal('PUT', put, body), '400 M_INVALID_PARAM')
      }
      const ids = names.map((name) => `!${name}:example.org`)
      const rooms = Object.fromEntries(ids.map((id) => [id, { sessions }]))
      await carol.put(put, bytes(JSON.stringify({ rooms })))
      const kept = await carol.get(`room_keys/keys?version=${version as string}`)
      const sorted = (object: object): string[] => Object.keys(object).sort()
      assert.deepEqual(sorted(kept['rooms'] as object), [...ids].sort())
      for (const room of Object.values(kept['rooms'] as Record<string, { sessions: object }>)) {
        assert.deepEqual(sorted(room.sessions), [...names].sort())
      }
      const claim = { one_time_keys: Object.fromEntries(names.map((name) => [name, { d: 'signed_curve25519' }])) }
      const { failures } = await carol.post('keys/claim', bytes(JSON.stringify(claim)))
      assert.deepEqual(sorted(failures as object), [...names].sort())
    })

    // Path by path, so that a failure names its endpoint.
    for (const [at, endpoint] of routes.entries()) {
      const [path = ''] = endpoint.paths
      it(`${endpoint.method} ${path}`, async () => {
        const before = sharedNames()
        for (const [index, name] of names.entries()) {
          const attacker = await server.register(`attacker${at}.${index}`)
          await server.homeserver.services.accounts.setAdmin(attacker.userId, endpoint.auth === 'admin')
          await attacker.join(roomId)
          const client = endpoint.auth === 'appservice' ? server.as(testRegistration()) : attacker
          const formats = {
            'matrix-user-id': attacker.userId,
            'matrix-room-id': roomId,
            'matrix-event-id': '$event',
            'matrix-room-alias': '#alias:example.org',
          }
          const member = [name, Object.fromEntries([[name, Object.fromEntries([[name, { polluted: true }]])]])] as const
          const nested: Filling = { formats, text: name, member, names: [name, attacker.userId] }
          const query = names.map((of) => [of, name] as const)
          for (const filling of [nested, { ...nested, text: 'plain' }]) {
            const url = filledUrl(path, endpoint, filling, query)
            const schema = endpoint.body === 'stream' ? undefined : endpoint.body
            const body = endpoint.method === 'GET' ? undefined : bytes(JSON.stringify(filled(schema, filling)))
            const answer = await client.request(endpoint.method, url, body)
            assert.ok(answer.status < 500 || answer.status === 504, `${url} ${answer.status}`)
          }
        }
        assert.deepEqual(sharedNames(), before)
        assert.equal((await bystander.get('account/whoami'))['user_id'], bystander.userId)
      })
    }

    it('and afterwards everybody is answered', everybodyIsServed)
  })
}
