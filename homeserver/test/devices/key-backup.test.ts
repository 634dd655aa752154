import assert from 'node:assert/strict'
import { openDatabase, type Database, type Transaction } from '@pons/database'
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

    it('are counted right, whatever was added again, made better, refused or deleted', async () => {
      const { version } = (await alice.post('room_keys/version', auth)) as { version: string }
      const put = async (sessions: Record<string, JsonObject>): Promise<unknown> =>
        (await alice.put(path(version, '/!a:example.org'), { sessions }))['count']
      assert.equal(await put({ s: key(), t: key() }), 2)
      assert.equal(await put({ t: key(), u: key() }), 3)
      assert.equal(await put({ u: key({ is_verified: true }) }), 3)
      const large = { v: key(), w: key({ session_data: { junk: 'x'.repeat(20_000) } }) }
      assert.equal(await alice.refusal('PUT', path(version, '/!a:example.org'), { sessions: large }), '413 M_TOO_LARGE')
      assert.equal((await alice.get('room_keys/version'))['count'], 3)
      await alice.ok('DELETE', path(version, '/!a:example.org/s'))
      assert.equal(await put({ x: key() }), 3)
      await alice.ok('DELETE', `room_keys/version/${version}`)
      const { version: next } = (await alice.post('room_keys/version', auth)) as { version: string }
      assert.equal((await alice.put(path(next, '/!a:example.org/s'), key()))['count'], 1)
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

describe('a backup to which keys are added', () => {
  it('is not read whole each time, to count what it has', async () => {
    let counted = 0
    const inner = await openDatabase('sqlite::memory:')
    const note = (sql: string): string => ((counted += /count\(\*\).* from room_key where/.test(sql) ? 1 : 0), sql)
    const database = {
      engine: inner.engine,
      get: (sql: string, ...values: never[]) => inner.get(note(sql), ...values),
      all: (sql: string, ...values: never[]) => inner.all(note(sql), ...values),
      transaction: (work: (tx: Transaction) => Promise<unknown>) =>
        inner.transaction((tx) =>
          work({
            get: (sql: string, ...values: never[]) => tx.get(note(sql), ...values),
            all: (sql: string, ...values: never[]) => tx.all(sql, ...values),
            run: (sql: string, ...values: never[]) => tx.run(sql, ...values),
            post: (sql: string, ...values: never[]) => tx.post(sql, ...values),
            onCommit: (effect: () => void) => tx.onCommit(effect),
            onUndone: (effect: () => void) => tx.onUndone(effect),
          } as Transaction),
        ),
      [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    } as unknown as Database
    await using server = await testHomeserver({}, { database })
    const alice = await server.register('alice')
    const { version } = await alice.post('room_keys/version', { algorithm: 'a', auth_data: {} })
    const key = { first_message_index: 0, forwarded_count: 0, is_verified: false, session_data: {} }
    for (let at = 1; at <= 20; at++) {
      const url = `room_keys/keys/!a:example.org/s${at}?version=${version as string}`
      assert.equal((await alice.put(url, key))['count'], at)
    }
    assert.equal(counted, 1)
  })
})
