import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`room keys that are backed up, ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client

    beforeEach(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const auth = { algorithm: 'm.megolm_backup.v1', auth_data: { public_key: 'k' } }
    const key = (more: JsonObject = {}): JsonObject => ({
      first_message_index: 5,
      forwarded_count: 2,
      is_verified: false,
      session_data: { c: 'x' },
      ...more,
    })
    const path = (version: string, rest = ''): string => `room_keys/keys${rest}?version=${version}`

    it('are kept by version, room and session', async () => {
      const { version } = (await alice.post('room_keys/version', auth)) as { version: string }
      const rooms = { '!a:example.org': { sessions: { s: key() } }, '!b:example.org': { sessions: { t: key() } } }
      assert.deepEqual(await alice.put(path(version), { rooms }), { count: 2, etag: '1' })
      assert.deepEqual(await alice.get(path(version)), { rooms })
      assert.deepEqual(await alice.get(path(version, '/!a:example.org')), { sessions: { s: key() } })
      assert.deepEqual(await alice.get(path(version, '/!a:example.org/s')), key())
      assert.equal(await alice.refusal('GET', path(version, '/!a:example.org/none')), '404 M_NOT_FOUND')
      assert.deepEqual(await alice.get('room_keys/version'), { ...auth, version, count: 2, etag: '1' })
      assert.deepEqual(await alice.ok('DELETE', path(version, '/!a:example.org')), { count: 1, etag: '2' })
      assert.equal(await bob.refusal('GET', path(version)), '404 M_NOT_FOUND')
    })

    it('are replaced by better ones only', async () => {
      const { version } = (await alice.post('room_keys/version', auth)) as { version: string }
      const one = path(version, '/!a:example.org/s')
      await alice.put(one, key())
      for (const [worse, better] of [
        [{ first_message_index: 6 }, { first_message_index: 4 }],
        [
          { first_message_index: 4, forwarded_count: 3 },
          { first_message_index: 4, forwarded_count: 1 },
        ],
        [{ first_message_index: 9 }, { first_message_index: 9, is_verified: true }],
        [{ first_message_index: 0 }, { first_message_index: 3, is_verified: true }],
      ]) {
        const before = await alice.get(one)
        await alice.put(one, key(worse))
        assert.deepEqual(await alice.get(one), before)
        await alice.put(one, key(better))
        assert.deepEqual(await alice.get(one), key(better))
      }
    })

    it('take the newest version only', async () => {
      const { version: old } = (await alice.post('room_keys/version', auth)) as { version: string }
      const { version } = (await alice.post('room_keys/version', auth)) as { version: string }
      const answer = await alice.request('PUT', path(old, '/!a:example.org/s'), key())
      assert.deepEqual(
        [answer.status, answer.body['errcode'], answer.body['current_version']],
        [403, 'M_WRONG_ROOM_KEYS_VERSION', version],
      )
      assert.equal(await alice.refusal('PUT', path(version, '/!a:example.org/s'), { a: 1 }), '400 M_BAD_JSON')
      assert.equal(
        await alice.refusal('PUT', `room_keys/version/${version}`, { ...auth, algorithm: 'x' }),
        '400 M_INVALID_PARAM',
      )
      await alice.put(`room_keys/version/${version}`, { ...auth, auth_data: { public_key: 'n' } })
      await alice.ok('DELETE', `room_keys/version/${version}`)
      assert.equal((await alice.get('room_keys/version'))['version'], old)
      assert.equal(await alice.refusal('DELETE', `room_keys/version/${version}`), '404 M_NOT_FOUND')
      assert.equal(await bob.refusal('GET', 'room_keys/version'), '404 M_NOT_FOUND')
    })
  })
}
