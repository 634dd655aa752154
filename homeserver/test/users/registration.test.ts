import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { JsonObject } from '@pons/matrix'
import { ManualClock } from '../../../matrix/test/manual-clock.ts'
import { engines, testHomeserver, testRegistration, type TestHomeserver } from '../support.ts'

const secret = 'a shared secret of some length'
const cheap = { password_hashing: 'cheap' } as const
const dummy = { auth: { type: 'm.login.dummy' } }

for (const engine of engines) {
  describe(`registration, ${engine}`, () => {
    let server: TestHomeserver
    const clock = new ManualClock()

    beforeEach(async () => {
      const registration = { open: true, shared_secret: secret }
      server = await testHomeserver({ ...cheap, registration }, { clock, registrations: [testRegistration()] }, engine)
    })
    afterEach(() => server[Symbol.asyncDispose]())

    it('asks for the dummy stage, then makes the account and logs in', async () => {
      const asked = await server.anonymous.request('POST', 'register', { username: 'ann', password: 'long enough' })
      assert.equal(asked.status, 401)
      assert.deepEqual(asked.body['flows'], [{ stages: ['m.login.dummy'] }])
      const auth = { type: 'm.login.dummy', session: asked.body['session'] as string }
      const made = await server.anonymous.post('register', { username: 'ann', password: 'long enough', auth })
      assert.equal(made['user_id'], '@ann:example.org')
      assert.equal(typeof made['access_token'], 'string')
      await server.anonymous.post('login', { type: 'm.login.password', user: 'ann', password: 'long enough' })
    })

    it('makes no session when log-in is inhibited', async () => {
      const body = { username: 'ann', password: 'long enough', inhibit_login: true, ...dummy }
      const made = await server.anonymous.post('register', body)
      assert.deepEqual(Object.keys(made).sort(), ['home_server', 'user_id'])
    })

    const refused: { name: string; body: JsonObject; expected: string; query?: string }[] = [
      { name: 'a taken name', body: { username: 'taken', password: 'long enough' }, expected: '400 M_USER_IN_USE' },
      {
        name: 'a taken name in capitals',
        body: { username: 'TAKEN', password: 'long enough' },
        expected: '400 M_USER_IN_USE',
      },
      { name: 'odd letters', body: { username: 'a nn', password: 'long enough' }, expected: '400 M_INVALID_USERNAME' },
      { name: 'an empty name', body: { username: '', password: 'long enough' }, expected: '400 M_INVALID_USERNAME' },
      {
        name: 'too long a name',
        body: { username: 'a'.repeat(250), password: 'long enough' },
        expected: '400 M_INVALID_USERNAME',
      },
      { name: 'a reserved name', body: { username: 'irc_bob', password: 'long enough' }, expected: '400 M_EXCLUSIVE' },
      { name: 'a weak password', body: { username: 'ann', password: 'short' }, expected: '400 M_WEAK_PASSWORD' },
      { name: 'no password', body: { username: 'ann' }, expected: '400 M_MISSING_PARAM' },
      { name: 'guests', body: {}, query: '?kind=guest', expected: '403 M_GUEST_ACCESS_FORBIDDEN' },
    ]
    for (const { name, body, expected, query = '' } of refused) {
      it(`refuses ${name}`, async () => {
        await server.register('taken')
        assert.equal(await server.anonymous.refusal('POST', `register${query}`, { ...body, ...dummy }), expected)
      })
    }

    it('is closed by default', async () => {
      await using closed = await testHomeserver({ registration: { open: false } })
      const body = { username: 'ann', password: 'long enough', ...dummy }
      assert.equal(await closed.anonymous.refusal('POST', 'register', body), '403 M_FORBIDDEN')
      assert.equal(await closed.anonymous.refusal('GET', '/_synapse/admin/v1/register'), '400 M_UNKNOWN')
    })

    it('says which names are free', async () => {
      await server.register('taken')
      assert.deepEqual(await server.anonymous.get('register/available?username=free'), { available: true })
      for (const [name, expected] of [
        ['taken', '400 M_USER_IN_USE'],
        ['irc_x', '400 M_EXCLUSIVE'],
        ['a b', '400 M_INVALID_USERNAME'],
        ['TAKEN', '400 M_USER_IN_USE'],
      ]) {
        assert.equal(await server.anonymous.refusal('GET', `register/available?username=${name}`), expected)
      }
    })

    it('lets an application service make users of its namespace only', async () => {
      const irc = server.as(testRegistration())
      const type = 'm.login.application_service'
      const made = await irc.post('register', { type, username: 'irc_bob', inhibit_login: true })
      assert.equal(made['user_id'], '@irc_bob:example.org')
      assert.equal(await irc.refusal('POST', 'register', { type, username: 'irc_bob' }), '400 M_USER_IN_USE')
      assert.equal(await irc.refusal('POST', 'register', { type, username: 'ann' }), '400 M_EXCLUSIVE')
      const login = await irc.post('login', { type, identifier: { type: 'm.id.user', user: 'irc_bob' } })
      assert.equal(login['user_id'], '@irc_bob:example.org')
      assert.equal(
        await server.anonymous.refusal('POST', 'register', { type, username: 'irc_x' }),
        '401 M_MISSING_TOKEN',
      )
    })

    describe('by shared secret', () => {
      const path = '/_synapse/admin/v1/register'
      const nonce = async (): Promise<string> => (await server.anonymous.get(path))['nonce'] as string
      const signed = (of: { nonce: string; username?: string; admin?: boolean; key?: string }): JsonObject => {
        const { username = 'root', admin = true, key = secret } = of
        const parts = [of.nonce, username, 'long enough', admin ? 'admin' : 'notadmin']
        const mac = createHmac('sha1', key).update(parts.join('\0')).digest('hex')
        return { nonce: of.nonce, username, password: 'long enough', admin, mac }
      }

      it('makes an admin', async () => {
        const made = await server.anonymous.post(path, signed({ nonce: await nonce() }))
        assert.equal(made['user_id'], '@root:example.org')
        const account = await server.homeserver.services.accounts.find('@root:example.org' as never)
        assert.equal(account?.isAdmin, true)
      })

      it('takes a nonce once, right or wrong', async () => {
        const once = await nonce()
        assert.equal(
          await server.anonymous.refusal('POST', path, signed({ nonce: once, key: 'guess' })),
          '403 M_FORBIDDEN',
        )
        assert.equal(await server.anonymous.refusal('POST', path, signed({ nonce: once })), '400 M_UNKNOWN')
      })

      it('refuses a nonce of long ago', async () => {
        const old = await nonce()
        clock.advance(61_000)
        assert.equal(await server.anonymous.refusal('POST', path, signed({ nonce: old })), '400 M_UNKNOWN')
      })

      it('covers the admin flag by the signature', async () => {
        const body = { ...signed({ nonce: await nonce(), admin: false }), admin: true }
        assert.equal(await server.anonymous.refusal('POST', path, body), '403 M_FORBIDDEN')
      })

      it('cannot take a name of an application service', async () => {
        const body = signed({ nonce: await nonce(), username: 'irc_x' })
        assert.equal(await server.anonymous.refusal('POST', path, body), '400 M_EXCLUSIVE')
      })
    })
  })
}
