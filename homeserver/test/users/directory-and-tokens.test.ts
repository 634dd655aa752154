import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { JsonObject } from '@pons/matrix'
import { ManualClock } from '../../../matrix/test/manual-clock.ts'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`user directory, ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client

    beforeEach(async () => {
      server = await testHomeserver({}, { registrations: [testRegistration()] }, engine)
      alice = await server.register('alice')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const search = async (text: string, limit?: number): Promise<string[]> => {
      const { results } = await alice.post('user_directory/search', { search_term: text, ...(limit && { limit }) })
      return (results as JsonObject[]).map((user) => user['user_id'] as string)
    }

    it('finds people in shared and in listed rooms, by id and name', async () => {
      const [bob, carol, dave] = [
        await server.register('bob'),
        await server.register('carol'),
        await server.register('dave'),
      ]
      await bob.put(`profile/${bob.userId}/displayname`, { displayname: 'Sir 100% Bob' })
      await bob.join(await alice.createRoom({ preset: 'public_chat' }))
      await carol.createRoom({ preset: 'public_chat', visibility: 'public' })
      await dave.createRoom()
      assert.deepEqual(await search('bob'), [bob.userId])
      assert.deepEqual(await search('SIR'), [bob.userId])
      assert.deepEqual(await search('0% b'), [bob.userId])
      assert.deepEqual(await search('1_0'), [])
      assert.deepEqual(await search('carol'), [carol.userId])
      assert.deepEqual(await search('dave'), [])
      const { results } = await alice.post('user_directory/search', { search_term: 'bob' })
      assert.deepEqual(results, [{ user_id: bob.userId, display_name: 'Sir 100% Bob' }])
    })

    it('hides ghosts, but those one shares a room with', async () => {
      const irc = server.as(testRegistration())
      const as = '?user_id=@irc_x:example.org'
      await irc.post('register', { type: 'm.login.application_service', username: 'irc_x', inhibit_login: true })
      const listed = await (await server.register('bob')).createRoom({ preset: 'public_chat', visibility: 'public' })
      await irc.post(`join/${encodeURIComponent(listed)}${as}`)
      assert.deepEqual(await search('irc_x'), [])
      await alice.join(listed)
      assert.deepEqual(await search('irc_x'), ['@irc_x:example.org'])
    })

    it('finds the bots of services, by id and name, for who shares no room with them', async () => {
      const irc = server.as(testRegistration())
      await irc.put(`profile/${irc.userId}/displayname`, { displayname: 'Chat of old' })
      assert.deepEqual(await search('ircb'), [irc.userId])
      assert.deepEqual(await search('of OLD'), [irc.userId])
      await irc.join(await alice.createRoom({ preset: 'public_chat' }))
      assert.deepEqual(await search('ircb'), [irc.userId])
    })

    it('says when there are more', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      for (const name of ['zoe1', 'zoe2', 'zoe3']) await (await server.register(name)).join(roomId)
      const answer = await alice.post('user_directory/search', { search_term: 'zoe', limit: 2 })
      assert.deepEqual([(answer['results'] as unknown[]).length, answer['limited']], [2, true])
    })
  })
}

describe('tokens for other services', () => {
  it('tell who somebody is, for an hour', async () => {
    const clock = new ManualClock()
    await using server = await testHomeserver({}, { clock })
    const [alice, bob] = [await server.register('alice'), await server.register('bob')]
    const path = `user/${alice.userId}/openid/request_token`
    assert.equal(await bob.refusal('POST', path), '403 M_FORBIDDEN')
    const issued = await alice.post(path)
    assert.deepEqual([issued['token_type'], issued['expires_in']], ['Bearer', 3600])
    const ask = `/_matrix/federation/v1/openid/userinfo?access_token=${String(issued['access_token'])}`
    assert.deepEqual(await server.anonymous.get(ask), { sub: alice.userId })
    clock.advance(3_600_001)
    assert.equal(await server.anonymous.refusal('GET', ask), '401 M_UNKNOWN_TOKEN')
  })

  it('open TURN servers', async () => {
    const clock = new ManualClock()
    const turn = { uris: ['turn:turn.example.org'], shared_secret: 'secret', lifetime_seconds: 3600 }
    await using server = await testHomeserver({ turn }, { clock })
    const alice = await server.register('alice')
    const username = `${clock.now() / 1000 + 3600}:${alice.userId}`
    const password = createHmac('sha1', 'secret').update(username).digest('base64')
    const expected = { username, password, ttl: 3600, uris: turn.uris }
    assert.deepEqual(await alice.get('voip/turnServer'), expected)
    await using plain = await testHomeserver()
    assert.deepEqual(await (await plain.register('alice')).get('voip/turnServer'), {})
  })
})

describe('the server for its clients', () => {
  it('says where it is when that is configured', async () => {
    await using plain = await testHomeserver()
    assert.equal(await plain.anonymous.refusal('GET', '/.well-known/matrix/client'), '404 M_NOT_FOUND')
    await using server = await testHomeserver({ public_base_url: 'https://matrix.example.org' })
    assert.deepEqual(await server.anonymous.get('/.well-known/matrix/client'), {
      'm.homeserver': { base_url: 'https://matrix.example.org' },
      // Bridges cannot read encrypted rooms: clients are asked not to encrypt unless somebody wants it.
      'io.element.e2ee': { default: false },
    })
  })

  it('tells admins, and each about oneself, which devices there are', async () => {
    await using server = await testHomeserver()
    const [alice, bob] = [await server.register('alice'), await server.register('bob')]
    assert.equal(await bob.refusal('GET', `admin/whois/${alice.userId}`), '403 M_FORBIDDEN')
    const own = await alice.get(`admin/whois/${alice.userId}`)
    assert.deepEqual(Object.keys(own['devices'] as JsonObject), [alice.deviceId])
    await server.homeserver.services.accounts.setAdmin(bob.userId, true)
    assert.equal((await bob.get(`admin/whois/${alice.userId}`))['user_id'], alice.userId)
    assert.equal((await bob.get(`/_synapse/admin/v2/users/${alice.userId}`))['deactivated'], false)
    await bob.post(`/_synapse/admin/v1/deactivate/${alice.userId}`, { erase: true })
    assert.equal((await bob.get(`/_synapse/admin/v2/users/${alice.userId}`))['deactivated'], true)
    assert.equal(await alice.refusal('GET', 'account/whoami'), '401 M_UNKNOWN_TOKEN')
    assert.equal(await bob.refusal('GET', '/_synapse/admin/v2/users/@none:example.org'), '404 M_NOT_FOUND')
  })
})
