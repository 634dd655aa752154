import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { type UserId, systemClock, type Clock } from '@pons/matrix'
import { engines, testHomeserver, testRegistration, type TestHomeserver } from '../support.ts'

/** It stands until it is turned; timers go by real time. */
class HandClock implements Clock {
  ms = Date.UTC(2026, 0, 1)
  readonly elapsedMs = (): number => systemClock.elapsedMs()
  readonly schedule: Clock['schedule'] = (callback, delayMs) => systemClock.schedule(callback, delayMs)

  now(): number {
    return this.ms
  }
}

const password = 'correct horse battery'
const secret = 'a shared secret of some length'

/** Behind a reverse proxy on this machine, so that each request has the address that it says. */
async function open(clock: Clock, engine: 'SQLite' | 'PostgreSQL'): Promise<TestHomeserver> {
  const settings = {
    password_hashing: 'cheap' as const,
    listeners: [{ host: '127.0.0.1', port: 0 }],
    trusted_proxies: ['127.0.0.1'],
    registration: { open: true, shared_secret: secret },
  }
  return testHomeserver(settings, { clock, registrations: [testRegistration()] }, engine)
}

type Json = Record<string, unknown>

async function ask(
  server: TestHomeserver,
  path: string,
  ip: string | undefined,
  more: { body?: unknown; token?: string; method?: string } = {},
): Promise<{ status: number; errcode: string; body: Json }> {
  const answer = await fetch(
    `${server.homeserver.urls[0]}${path.startsWith('/') ? path : `/_matrix/client/v3/${path}`}`,
    {
      method: more.method ?? (more.body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(ip !== undefined && { 'x-forwarded-for': ip }),
        ...(more.token !== undefined && { authorization: `Bearer ${more.token}` }),
      },
      ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
    },
  )
  const body = (await answer.json()) as Json
  return { status: answer.status, errcode: String(body['errcode'] ?? ''), body }
}

const logIn = (server: TestHomeserver, user: string, given: string, ip: string | undefined) =>
  ask(server, 'login', ip, {
    body: { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password: given },
  })

for (const engine of engines) {
  describe(`guesses are limited (${engine})`, () => {
    let clock: HandClock
    let server: TestHomeserver
    beforeEach(async () => {
      clock = new HandClock()
      server = await open(clock, engine)
      for (const name of ['alice', 'bob']) {
        await server.homeserver.services.accounts.create({ userId: `@${name}:example.org` as UserId, password })
      }
    })
    afterEach(() => server[Symbol.asyncDispose]())

    it('by account, from however many addresses, one after another or all at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, at) => logIn(server, 'alice', `guess ${at}`, `192.0.2.${at}`)),
      )
      const of = (status: number): number => answers.filter((answer) => answer.status === status).length
      assert.deepEqual([of(403), of(429)], [10, 20])
      const refused = await logIn(server, 'alice', password, '192.0.2.99')
      assert.equal(refused.errcode, 'M_LIMIT_EXCEEDED')
      assert.equal(refused.body['retry_after_ms'], 30_000)
      assert.equal((await logIn(server, 'bob', password, '192.0.2.99')).status, 200, 'others are not concerned')
      clock.ms += 30_000
      assert.equal((await logIn(server, 'alice', password, '192.0.2.99')).status, 200)
    })

    it('by account whether or not there is one', async () => {
      for (let at = 0; at < 10; at++)
        assert.equal((await logIn(server, 'nobody', 'guess', `192.0.2.${at}`)).status, 403)
      assert.equal((await logIn(server, 'nobody', 'guess', '192.0.2.99')).status, 429)
      assert.equal((await logIn(server, '@nobody:example.org', 'guess', '192.0.2.99')).status, 429)
    })

    it('by address, of however many accounts; an IPv6 network is one', async () => {
      for (let at = 0; at < 50; at++) {
        assert.equal((await logIn(server, `user${at}`, 'guess', `2001:db8:0:1::${at}`)).status, 403)
      }
      assert.equal((await logIn(server, 'alice', password, '2001:db8:0:1:9::9')).status, 429)
      assert.equal((await logIn(server, 'alice', password, '2001:db8:0:2::1')).status, 200)
    })

    it('but who is right, however often, is not refused; nor is a proxy that nobody configured', async () => {
      for (let at = 0; at < 60; at++) assert.equal((await logIn(server, 'alice', password, '192.0.2.1')).status, 200)
      for (let at = 0; at < 60; at++) assert.equal((await logIn(server, `user${at}`, 'guess', undefined)).status, 403)
      assert.equal((await logIn(server, 'alice', password, undefined)).status, 200)
    })

    const interactive = [
      { path: 'account/password', body: { new_password: 'another password', logout_devices: false } },
      { path: 'account/deactivate', body: {} },
      { path: 'delete_devices', body: { devices: ['OTHER'] } },
      { path: 'devices/OTHER', body: {}, method: 'DELETE' },
    ]
    for (const { path, body, method } of interactive) {
      it(`of ${path}, and with those of log-in together`, async () => {
        const token = (await logIn(server, 'alice', password, '192.0.2.1')).body['access_token'] as string
        const auth = (given: string): Json => ({ type: 'm.login.password', user: 'alice', password: given })
        const attempt = (given: string) =>
          ask(server, path, '192.0.2.1', { body: { ...body, auth: auth(given) }, token, ...(method && { method }) })
        for (let at = 0; at < 6; at++) assert.equal((await attempt(`guess ${at}`)).status, 401)
        for (let at = 0; at < 4; at++) assert.equal((await logIn(server, 'alice', 'guess', '192.0.2.2')).status, 403)
        assert.equal((await attempt(password)).status, 429)
        clock.ms += 30_000
        assert.equal((await attempt(password)).status, 200)
      })
    }

    it('of cross-signing keys that take the place of others', async () => {
      const token = (await logIn(server, 'alice', password, '192.0.2.1')).body['access_token'] as string
      const key = (text: string): Json => ({
        user_id: '@alice:example.org',
        usage: ['master'],
        keys: { [`ed25519:${text}`]: text },
      })
      const upload = (text: string, given?: string) =>
        ask(server, 'keys/device_signing/upload', '192.0.2.1', {
          token,
          body: {
            master_key: key(text),
            ...(given !== undefined && { auth: { type: 'm.login.password', user: 'alice', password: given } }),
          },
        })
      const [first, second] = ['A', 'B'].map((letter) => letter.repeat(43)) as [string, string]
      assert.equal((await upload(first)).status, 200)
      for (let at = 0; at < 10; at++) assert.equal((await upload(second, 'guess')).status, 401)
      assert.equal((await upload(second, password)).status, 429)
    })

    const tokens = [
      { name: 'refresh tokens', path: 'refresh', more: { body: { refresh_token: 'ponr_guess' } }, status: 401 },
      {
        name: 'OpenID tokens',
        path: '/_matrix/federation/v1/openid/userinfo?access_token=guess',
        more: {},
        status: 401,
      },
      {
        name: 'tokens of application services at log-in',
        path: 'login',
        more: {
          token: 'guess',
          body: { type: 'm.login.application_service', identifier: { type: 'm.id.user', user: 'irc_ghost' } },
        },
        status: 401,
      },
      {
        name: 'tokens of application services at registration',
        path: 'register',
        more: { token: 'guess', body: { type: 'm.login.application_service', username: 'irc_ghost' } },
        status: 401,
      },
    ] as const
    for (const { name, path, more, status } of tokens) {
      it(`of ${name}, by address`, async () => {
        for (let at = 0; at < 50; at++) assert.equal((await ask(server, path, '192.0.2.1', more)).status, status)
        assert.equal((await ask(server, path, '192.0.2.1', more)).status, 429)
        assert.equal((await ask(server, path, '192.0.2.2', more)).status, status)
      })
    }

    it('of the secret for registration, by address', async () => {
      const path = '/_synapse/admin/v1/register'
      const attempt = async (key: string, ip: string, username: string) => {
        const { nonce } = (await ask(server, path, ip)).body as { nonce: string }
        const mac = createHmac('sha1', key).update([nonce, username, password, 'notadmin'].join('\0')).digest('hex')
        return ask(server, path, ip, { body: { nonce, username, password, mac } })
      }
      for (let at = 0; at < 50; at++) assert.equal((await attempt('wrong', '192.0.2.1', 'carol')).status, 403)
      assert.equal((await attempt(secret, '192.0.2.1', 'carol')).status, 429)
      assert.equal((await attempt(secret, '192.0.2.2', 'carol')).status, 200)
    })

    it('and so are new accounts, by address', async () => {
      const register = (at: number, ip: string) =>
        ask(server, 'register', ip, { body: { username: `new${at}`, password, auth: { type: 'm.login.dummy' } } })
      for (let at = 0; at < 20; at++) assert.equal((await register(at, '192.0.2.1')).status, 200)
      assert.equal((await register(20, '192.0.2.1')).status, 429)
      assert.equal((await register(20, '192.0.2.2')).status, 200)
    })
  })

  describe(`accounts that are locked or ended (${engine})`, () => {
    let server: TestHomeserver
    beforeEach(async () => (server = await open(new HandClock(), engine)))
    afterEach(() => server[Symbol.asyncDispose]())

    async function session(name: string) {
      const { services } = server.homeserver
      const userId = `@${name}:example.org` as UserId
      await services.accounts.create({ userId, password })
      const tokens = await services.sessions.logIn({ userId, isRefreshed: true })
      return { userId, token: tokens.accessToken, refresh: tokens.refreshToken ?? '' }
    }

    for (const path of ['logout', 'logout/all']) {
      it(`may ${path} while locked, and do nothing else`, async () => {
        const { userId, token, refresh } = await session('alice')
        await server.homeserver.services.accounts.setLocked(userId, true)
        const locked = await ask(server, 'account/whoami', undefined, { token })
        assert.deepEqual([locked.status, locked.errcode, locked.body['soft_logout']], [401, 'M_USER_LOCKED', true])
        const refused = await ask(server, 'refresh', undefined, { body: { refresh_token: refresh } })
        assert.deepEqual([refused.status, refused.errcode, refused.body['soft_logout']], [401, 'M_USER_LOCKED', true])
        assert.equal((await logIn(server, 'alice', password, undefined)).errcode, 'M_USER_LOCKED')
        assert.equal((await ask(server, path, undefined, { token, body: {} })).status, 200)
        await server.homeserver.services.accounts.setLocked(userId, false)
        assert.equal((await ask(server, 'account/whoami', undefined, { token })).errcode, 'M_UNKNOWN_TOKEN')
        const gone = await ask(server, 'refresh', undefined, { body: { refresh_token: refresh } })
        assert.equal(gone.errcode, 'M_UNKNOWN_TOKEN')
      })
    }

    it('go on where they were once the lock is taken away', async () => {
      const { userId, token, refresh } = await session('alice')
      await server.homeserver.services.accounts.setLocked(userId, true)
      await ask(server, 'refresh', undefined, { body: { refresh_token: refresh } })
      await server.homeserver.services.accounts.setLocked(userId, false)
      assert.equal((await ask(server, 'account/whoami', undefined, { token })).status, 200)
      assert.equal((await ask(server, 'refresh', undefined, { body: { refresh_token: refresh } })).status, 200)
    })

    for (const end of ['deactivated', 'locked'] as const) {
      it(`prove nothing by an OpenID token once ${end}`, async () => {
        const { userId, token } = await session('alice')
        const given = await ask(server, `user/${userId}/openid/request_token`, undefined, { token, body: {} })
        const path = `/_matrix/federation/v1/openid/userinfo?access_token=${given.body['access_token'] as string}`
        assert.deepEqual((await ask(server, path, undefined)).body, { sub: userId })
        if (end === 'locked') await server.homeserver.services.accounts.setLocked(userId, true)
        else {
          const auth = { type: 'm.login.password', user: userId, password }
          await ask(server, 'account/deactivate', undefined, { token, body: { auth } })
        }
        assert.equal((await ask(server, path, undefined)).errcode, 'M_UNKNOWN_TOKEN')
      })
    }
  })
}
