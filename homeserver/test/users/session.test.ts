import assert from 'node:assert/strict'
import type { JsonObject, UserId } from '@pons/matrix'
import { ManualClock } from '../../../matrix/test/manual-clock.ts'
import { Client, engines, testHomeserver, testRegistration, type TestHomeserver } from '../support.ts'

const password = 'correct horse battery'

for (const engine of engines) {
  describe(`sessions, ${engine}`, () => {
    let server: TestHomeserver
    const clock = new ManualClock()

    beforeEach(async () => {
      server = await testHomeserver(
        { password_hashing: 'cheap' },
        { clock, registrations: [testRegistration()] },
        engine,
      )
      await server.homeserver.services.accounts.create({ userId: '@alice:example.org' as UserId, password })
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const logIn = (body: JsonObject): Promise<JsonObject> =>
      server.anonymous.post('login', { type: 'm.login.password', password, ...body })
    const client = (session: JsonObject): Client =>
      new Client(server.homeserver, session['access_token'] as string, session['user_id'] as UserId)

    for (const { name, body } of [
      { name: 'a localpart', body: { identifier: { type: 'm.id.user', user: 'alice' } } },
      { name: 'a user id', body: { identifier: { type: 'm.id.user', user: '@alice:example.org' } } },
      { name: 'capitals', body: { identifier: { type: 'm.id.user', user: 'Alice' } } },
      { name: 'the old form', body: { user: 'alice' } },
    ]) {
      it(`logs in by ${name}`, async () => {
        const session = await logIn(body)
        assert.equal(session['user_id'], '@alice:example.org')
        const who = await client(session).get('account/whoami')
        assert.equal(who['device_id'], session['device_id'])
        assert.equal(who['is_guest'], false)
      })
    }

    it('of which one ends while it waits for news gets none', async () => {
      const [one, other] = [client(await logIn({ user: 'alice' })), await logIn({ user: 'alice' })]
      const bob = await server.register('bob')
      const roomId = await bob.createRoom({ preset: 'public_chat' })
      await one.join(roomId)
      const { notifier, accounts } = server.homeserver.services
      const poll = async (of: Client): Promise<{ answer: Promise<string> }> => {
        const since = (await of.get('sync'))['next_batch'] as string
        const before = notifier.waiting
        const answer = of.refusal('GET', `sync?since=${since}&timeout=60000`)
        while (notifier.waiting === before) await new Promise((resolve) => setImmediate(resolve))
        return { answer }
      }
      const ended = await poll(client(other))
      const auth = { type: 'm.login.password', user: 'alice', password }
      await one.ok('DELETE', `devices/${other['device_id'] as string}`, { auth })
      assert.equal(await ended.answer, '401 M_UNKNOWN_TOKEN')
      const locked = await poll(one)
      await accounts.setLocked('@alice:example.org' as UserId, true)
      await bob.send(roomId, 'not for the locked')
      assert.equal(await locked.answer, '401 M_USER_LOCKED')
    })

    const refused: { name: string; body: JsonObject; expected: string }[] = [
      { name: 'a wrong password', body: { user: 'alice', password: 'wrong' }, expected: '403 M_FORBIDDEN' },
      { name: 'nobody', body: { user: 'nobody' }, expected: '403 M_FORBIDDEN' },
      { name: 'a user of another server', body: { user: '@alice:elsewhere.org' }, expected: '403 M_FORBIDDEN' },
      { name: 'no user', body: {}, expected: '400 M_MISSING_PARAM' },
      { name: 'no password', body: { user: 'alice', password: null }, expected: '400 M_MISSING_PARAM' },
      { name: 'an unknown type', body: { user: 'alice', type: 'm.login.token' }, expected: '400 M_UNKNOWN' },
      { name: 'a bad device id', body: { user: 'alice', device_id: '' }, expected: '400 M_INVALID_PARAM' },
      {
        name: 'another kind of identifier',
        body: { identifier: { type: 'm.id.phone', user: 'alice' } },
        expected: '400 M_INVALID_PARAM',
      },
      {
        name: 'an application service without its token',
        body: { type: 'm.login.application_service', user: 'irc_bob' },
        expected: '401 M_MISSING_TOKEN',
      },
    ]
    for (const { name, body, expected } of refused) {
      it(`refuses ${name}`, async () => {
        const all = { type: 'm.login.password', password, ...body }
        assert.equal(await server.anonymous.refusal('POST', 'login', all), expected)
      })
    }

    it('keeps other devices when one logs out, and none when all do', async () => {
      const [first, second, third] = [
        await logIn({ user: 'alice' }),
        await logIn({ user: 'alice' }),
        await logIn({ user: 'alice' }),
      ].map(client)
      await first!.post('logout')
      assert.equal(await first!.refusal('GET', 'account/whoami'), '401 M_UNKNOWN_TOKEN')
      await second!.post('logout/all')
      assert.equal(await third!.refusal('GET', 'account/whoami'), '401 M_UNKNOWN_TOKEN')
    })

    it('gives the same device a new token in place of the old', async () => {
      const first = client(await logIn({ user: 'alice', device_id: 'PHONE' }))
      const second = client(await logIn({ user: 'alice', device_id: 'PHONE' }))
      assert.equal(await first.refusal('GET', 'account/whoami'), '401 M_UNKNOWN_TOKEN')
      assert.equal((await second.get('devices'))['devices'] instanceof Array, true)
    })

    it('refreshes an access token that expired', async () => {
      const session = await logIn({ user: 'alice', refresh_token: true })
      clock.advance((session['expires_in_ms'] as number) + 1)
      const expired = await client(session).request('GET', 'account/whoami')
      assert.deepEqual([expired.status, expired.body['soft_logout']], [401, true])
      const next = await server.anonymous.post('refresh', { refresh_token: session['refresh_token'] })
      await client({ ...session, ...next }).get('account/whoami')
      // The answer may have been lost, so the token before is good until the newer was used.
      const again = await server.anonymous.post('refresh', { refresh_token: session['refresh_token'] })
      await server.anonymous.post('refresh', { refresh_token: again['refresh_token'] })
      const old = await server.anonymous.refusal('POST', 'refresh', { refresh_token: session['refresh_token'] })
      assert.equal(old, '401 M_UNKNOWN_TOKEN')
    })

    it('changes a password after the old one was given, and ends other sessions', async () => {
      const [here, there] = [client(await logIn({ user: 'alice' })), client(await logIn({ user: 'alice' }))]
      const asked = await here.request('POST', 'account/password', { new_password: 'another secret' })
      assert.equal(asked.status, 401)
      assert.deepEqual(asked.body['flows'], [{ stages: ['m.login.password'] }])
      const auth = (given: string): JsonObject => ({
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: 'alice' },
        password: given,
        session: asked.body['session'] as string,
      })
      const wrong = await here.request('POST', 'account/password', { new_password: 'another secret', auth: auth('no') })
      assert.deepEqual([wrong.status, wrong.body['errcode']], [401, 'M_FORBIDDEN'])
      await here.post('account/password', { new_password: 'another secret', auth: auth(password) })
      assert.equal(await there.refusal('GET', 'account/whoami'), '401 M_UNKNOWN_TOKEN')
      await here.get('account/whoami')
      await logIn({ user: 'alice', password: 'another secret' })
    })

    it('does not take the session of one action for another', async () => {
      const alice = client(await logIn({ user: 'alice' }))
      const { body } = await alice.request('POST', 'account/password', { new_password: 'another secret' })
      const auth = { type: 'm.login.password', user: 'alice', password, session: body['session'] as string }
      assert.equal(await alice.refusal('POST', 'account/deactivate', { auth }), '400 M_UNKNOWN')
    })

    it('deactivates for good: out of rooms, sessions and log-in', async () => {
      const alice = client(await logIn({ user: 'alice' }))
      const bob = await server.register('bob')
      const roomId = await bob.createRoom({ preset: 'public_chat' })
      await alice.join(roomId)
      await alice.post('account/deactivate', { auth: { type: 'm.login.password', user: 'alice', password } })
      assert.equal(await alice.refusal('GET', 'account/whoami'), '401 M_UNKNOWN_TOKEN')
      const all = { type: 'm.login.password', user: 'alice', password }
      assert.equal(await server.anonymous.refusal('POST', 'login', all), '403 M_USER_DEACTIVATED')
      const members = await bob.get(bob.room(roomId, 'joined_members'))
      assert.deepEqual(Object.keys(members['joined'] as JsonObject), [bob.userId])
      assert.equal(await server.anonymous.refusal('GET', 'register/available?username=alice'), '400 M_USER_IN_USE')
    })

    it('locks a user out without ending the session', async () => {
      const alice = client(await logIn({ user: 'alice' }))
      await server.homeserver.services.accounts.create({ userId: '@root:example.org' as UserId, isAdmin: true })
      const { accessToken } = await server.homeserver.services.sessions.logIn({ userId: '@root:example.org' as UserId })
      const root = new Client(server.homeserver, accessToken, '@root:example.org' as UserId)
      const path = '/_matrix/client/v1/admin/lock/@alice:example.org'
      assert.equal(await alice.refusal('PUT', path, { locked: true }), '403 M_FORBIDDEN')
      await root.put(path, { locked: true })
      const locked = await alice.request('GET', 'account/whoami')
      assert.deepEqual(
        [locked.status, locked.body['errcode'], locked.body['soft_logout']],
        [401, 'M_USER_LOCKED', true],
      )
      assert.equal(
        await server.anonymous.refusal('POST', 'login', { type: 'm.login.password', user: 'alice', password }),
        '401 M_USER_LOCKED',
      )
      await root.put(path, { locked: false })
      await alice.get('account/whoami')
    })

    it('has whoami say 403 to an application service whose user is not registered', async () => {
      const irc = server.as(testRegistration())
      assert.equal(await irc.refusal('GET', 'account/whoami?user_id=@irc_new:example.org'), '403 M_FORBIDDEN')
      assert.equal(await irc.refusal('GET', 'account/whoami?user_id=@alice:example.org'), '403 M_FORBIDDEN')
      assert.equal((await irc.get('account/whoami'))['user_id'], '@ircbot:example.org')
    })
  })
}
