import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`profiles, ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    const queries: string[] = []

    beforeEach(async () => {
      server = await testHomeserver({}, {}, engine)
      queries.length = 0
      await server.homeserver.appservices.register(testRegistration(), async ({ url }) => {
        queries.push(url)
        if (!url.includes('irc_lazy')) return { status: 404, body: {} }
        const type = 'm.login.application_service'
        await server.as(testRegistration()).post('register', { type, username: 'irc_lazy', inhibit_login: true })
        return { status: 200, body: {} }
      })
      alice = await server.register('alice')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    it('are read without a token', async () => {
      await alice.put('profile/@alice:example.org/displayname', { displayname: 'Alice' })
      assert.deepEqual(await server.anonymous.get('profile/@alice:example.org'), { displayname: 'Alice' })
      assert.deepEqual(await server.anonymous.get('profile/@alice:example.org/displayname'), { displayname: 'Alice' })
      const missing = await server.anonymous.refusal('GET', 'profile/@alice:example.org/avatar_url')
      assert.equal(missing, '404 M_NOT_FOUND')
      assert.equal(await server.anonymous.refusal('GET', 'profile/@none:example.org'), '404 M_NOT_FOUND')
    })

    it('reach the rooms', async () => {
      const roomId = await alice.createRoom()
      await alice.put('profile/@alice:example.org/displayname', { displayname: 'Alice' })
      await alice.put('profile/@alice:example.org/avatar_url', { avatar_url: 'mxc://example.org/abc' })
      const path = alice.room(roomId, 'state/m.room.member/@alice:example.org')
      const expected = { membership: 'join', displayname: 'Alice', avatar_url: 'mxc://example.org/abc' }
      assert.deepEqual(await alice.get(path), expected)
      await alice.ok('DELETE', 'profile/@alice:example.org/avatar_url')
      assert.deepEqual(await alice.get(path), { membership: 'join', displayname: 'Alice' })
    })

    it('hold free fields', async () => {
      await alice.put('profile/@alice:example.org/org.example.mood', { 'org.example.mood': { is: 'good' } })
      assert.deepEqual(await alice.get('profile/@alice:example.org'), { 'org.example.mood': { is: 'good' } })
    })

    const big = 'x'.repeat(40_000)
    const refused: { name: string; path: string; body: JsonObject; expected: string }[] = [
      {
        name: 'a name that is no text',
        path: 'displayname',
        body: { displayname: 3 },
        expected: '400 M_INVALID_PARAM',
      },
      {
        name: 'an avatar that is no mxc URI',
        path: 'avatar_url',
        body: { avatar_url: 'http://x/y' },
        expected: '400 M_INVALID_PARAM',
      },
      { name: 'a body without the field', path: 'displayname', body: { other: 'x' }, expected: '400 M_MISSING_PARAM' },
      {
        name: 'too long a key',
        path: 'k'.repeat(256),
        body: { ['k'.repeat(256)]: 1 },
        expected: '400 M_KEY_TOO_LARGE',
      },
      { name: 'more than 64 KiB', path: 'b', body: { b: big }, expected: '400 M_PROFILE_TOO_LARGE' },
    ]
    for (const { name, path, body, expected } of refused) {
      it(`refuse ${name}`, async () => {
        await alice.put('profile/@alice:example.org/a', { a: big })
        assert.equal(await alice.refusal('PUT', `profile/@alice:example.org/${path}`, body), expected)
      })
    }

    it('are changed by their owner, or the application service of a ghost, only', async () => {
      const bob = await server.register('bob')
      const irc = server.as(testRegistration())
      await irc.post('register', { type: 'm.login.application_service', username: 'irc_x', inhibit_login: true })
      const body = { displayname: 'X' }
      assert.equal(await bob.refusal('PUT', 'profile/@alice:example.org/displayname', body), '403 M_FORBIDDEN')
      assert.equal(await irc.refusal('PUT', 'profile/@alice:example.org/displayname', body), '403 M_FORBIDDEN')
      await irc.put('profile/@irc_x:example.org/displayname', body)
      await irc.put('profile/@irc_x:example.org/displayname?user_id=@irc_x:example.org', { displayname: 'Y' })
      assert.deepEqual(await alice.get('profile/@irc_x:example.org'), { displayname: 'Y' })
    })

    it('ask the application service for a user that is not there yet', async () => {
      assert.deepEqual(await alice.get('profile/@irc_lazy:example.org'), {})
      assert.deepEqual(queries, ['/_matrix/app/v1/users/%40irc_lazy%3Aexample.org'])
    })

    it('do not have a service asked by strangers, nor without end by anybody but services', async () => {
      const ask = (by: Client, at: number): Promise<string> => by.refusal('GET', `profile/@irc_none${at}:example.org`)
      for (let at = 0; at < 60; at++) assert.equal(await ask(server.anonymous, at), '404 M_NOT_FOUND')
      assert.equal(
        await server.anonymous.refusal('GET', 'profile/@irc_none:example.org/displayname'),
        '404 M_NOT_FOUND',
      )
      assert.deepEqual(queries, [])
      const answers = new Set<string>()
      for (let at = 0; at < 200; at++) answers.add(await ask(alice, at))
      assert.deepEqual([...answers], ['404 M_NOT_FOUND', '429 M_LIMIT_EXCEEDED'])
      assert.ok(queries.length >= 50 && queries.length < 200, String(queries.length))
      assert.equal(await alice.refusal('GET', 'profile/@nobody:example.org'), '404 M_NOT_FOUND')
      const irc = server.as(testRegistration())
      for (let at = 200; at < 300; at++) assert.equal(await ask(irc, at), '404 M_NOT_FOUND')
    })

    it('have names and avatars of a length that every room can bear', async () => {
      const long = `mxc://example.org/${'a'.repeat(1024)}`
      for (const field of ['displayname', 'avatar_url']) {
        const path = `profile/${alice.userId}/${field}`
        assert.equal(await alice.refusal('PUT', path, { [field]: long }), '400 M_INVALID_PARAM')
        await alice.put(path, { [field]: long.slice(0, 1024) })
      }
      await alice.put(`profile/${alice.userId}/org.example.text`, { 'org.example.text': long })
    })

    it('are replaced as a whole', async () => {
      const path = '/_matrix/client/unstable/com.beeper.msc4437/profile/@alice:example.org'
      await alice.put('profile/@alice:example.org/a', { a: 1 })
      await alice.put(path, { displayname: 'New', b: 2 })
      assert.deepEqual(await alice.get('profile/@alice:example.org'), { displayname: 'New', b: 2 })
    })
  })
}
