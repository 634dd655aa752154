import assert from 'node:assert/strict'
import type { JsonObject, UserId } from '@pons/matrix'
import { parseRegistration } from '@pons/registration'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`what clients rightly expect to be taken on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client

    before(async () => {
      server = await testHomeserver(
        { password_hashing: 'cheap' },
        {
          registrations: [
            testRegistration('irc', {
              namespaces: { users: [{ regex: '@(irc_.*|IRC_.*):example\\.org', exclusive: true }] },
            }),
          ],
        },
        engine,
      )
      alice = await server.register('alice')
    })
    after(() => server[Symbol.asyncDispose]())

    const register = async (body: JsonObject): Promise<{ first: JsonObject; session: string }> => {
      const { status, body: first } = await server.anonymous.request('POST', 'register', body)
      assert.equal(status, 401)
      return { first, session: first['session'] as string }
    }

    it('null as absent', async () => {
      const roomId = (await alice.post('createRoom', { name: null, invite: null, is_direct: null, preset: null }))[
        'room_id'
      ]
      await alice.post('join/' + encodeURIComponent(String(roomId)), { reason: null, third_party_signed: null })
      const { status } = await server.anonymous.request('POST', 'login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: 'nobody' },
        user: null,
        password: 'password-of-none',
        device_id: null,
        initial_device_display_name: null,
      })
      assert.equal(status, 403)
      assert.equal(await alice.refusal('POST', alice.room(String(roomId), 'kick'), { user_id: null }), '400 M_BAD_JSON')
      const content = { body: null, 'org.example.kept': null }
      const eventId = await alice.sendEvent(String(roomId), 'org.example.free', content, 'free')
      const event = await alice.get(alice.room(String(roomId), `event/${encodeURIComponent(eventId)}`))
      assert.deepEqual(event['content'], content)
    })

    it('empty parameters of a query, and null for a body, as absent', async () => {
      const roomId = await alice.createRoom({ name: 'here' })
      for (const url of [
        'sync?since=&filter=&timeout=&full_state=&set_presence=',
        alice.room(roomId, 'messages?dir=b&from=&to=&limit=&filter='),
        alice.room(roomId, 'members?at=&membership=&not_membership='),
        'notifications?from=&limit=&only=',
        'publicRooms?limit=&since=&server=',
      ])
        assert.equal((await alice.request('GET', url)).status, 200, url)
      assert.equal(await alice.refusal('GET', alice.room(roomId, 'messages?dir=')), '400 M_INVALID_PARAM')
      const nothing = Buffer.from('null')
      for (const [method, url, expected] of [
        ['POST', alice.room(roomId, 'leave'), '200'],
        ['POST', alice.room(roomId, 'forget'), '200'],
        ['POST', 'createRoom', '200'],
        ['POST', 'keys/query', '400 M_MISSING_PARAM'],
        ['PUT', `presence/${encodeURIComponent(alice.userId)}/status`, '400 M_NOT_JSON'],
      ] as const)
        assert.equal(await alice.refusal(method, url, nothing), expected, url)
    })

    it('capitals in names of people, when they register and when they log in', async () => {
      const { session } = await register({ username: 'MixedCase', password: 'a password' })
      const auth = { type: 'm.login.dummy', session }
      const made = await server.anonymous.post('register', { username: 'MixedCase', password: 'a password', auth })
      assert.equal(made['user_id'], '@mixedcase:example.org')
      for (const user of ['MIXEDCASE', 'mixedcase', '@MixedCase:example.org', '@mixedcase:example.org']) {
        const identifier = { type: 'm.id.user', user }
        const session = await server.anonymous.post('login', {
          type: 'm.login.password',
          identifier,
          password: 'a password',
        })
        assert.equal(session['user_id'], '@mixedcase:example.org')
        const client = server.as({ as_token: session['access_token'], sender_localpart: 'x' } as never)
        const device = `devices/${encodeURIComponent(String(session['device_id']))}`
        const asked = await client.request('DELETE', device, {})
        const proof = { type: 'm.login.password', identifier, password: 'a password', session: asked.body['session'] }
        assert.equal((await client.request('DELETE', device, { auth: proof })).status, 200, user)
      }
      assert.equal(await server.anonymous.refusal('GET', 'register/available?username=MixedCase'), '400 M_USER_IN_USE')
    })

    it('a registration that is repeated because its answer was lost', async () => {
      const body = { username: 'repeats', password: 'a password' }
      const { session } = await register(body)
      const auth = { type: 'm.login.dummy', session }
      const [one, two] = await Promise.all(
        [1, 2].map(() => server.anonymous.request('POST', 'register', { ...body, auth })),
      )
      const three = await server.anonymous.request('POST', 'register', { ...body, auth })
      for (const { status, body: made } of [one!, two!, three]) {
        assert.deepEqual([status, made['user_id']], [200, '@repeats:example.org'])
        const me = server.as({ as_token: made['access_token'], sender_localpart: 'x' } as never)
        assert.equal((await me.get('account/whoami'))['user_id'], '@repeats:example.org')
      }
      const other = await register({ username: 'someoneelse', password: 'a password' })
      const refused = await server.anonymous.refusal('POST', 'register', {
        ...body,
        auth: { ...auth, session: other.session },
      })
      assert.equal(refused, '400 M_USER_IN_USE')
    })

    it('and no session of an account that was closed meanwhile', async () => {
      const body = { username: 'closed', password: 'a password' }
      const { session } = await register(body)
      const repeated = { ...body, auth: { type: 'm.login.dummy', session } }
      await server.anonymous.post('register', repeated)
      await server.homeserver.services.accounts.setLocked('@closed:example.org' as UserId, true)
      assert.equal(await server.anonymous.refusal('POST', 'register', repeated), '401 M_USER_LOCKED')
    })

    it('key backups whose contents are their owners’ own business', async () => {
      for (const authData of ['opaque', 7, null, ['a'], { public_key: 'x' }]) {
        const made = await alice.post('room_keys/version', { algorithm: 'org.example.any', auth_data: authData })
        const version = String(made['version'])
        assert.deepEqual((await alice.get(`room_keys/version/${version}`))['auth_data'], authData)
        const key = { first_message_index: 0, forwarded_count: 0, is_verified: true, session_data: authData }
        const path = `room_keys/keys/${encodeURIComponent('!r:example.org')}/s?version=${version}`
        await alice.put(path, key)
        assert.deepEqual(await alice.get(path), key)
      }
      assert.equal(await alice.refusal('POST', 'room_keys/version', { algorithm: 'x' }), '400 M_MISSING_PARAM')
    })

    it('an event that is sent without a transaction id', async () => {
      const roomId = await alice.createRoom()
      const content = { msgtype: 'm.text', body: 'once' }
      const ids = [1, 2].map(() => alice.post(alice.room(roomId, 'send/m.room.message'), content))
      const [one, two] = (await Promise.all(ids)).map((answer) => answer['event_id'])
      assert.notEqual(one, two)
      const redaction = await alice.post(alice.room(roomId, 'send/m.room.redaction'), { redacts: one })
      assert.equal(typeof redaction['event_id'], 'string')
    })

    it('names that a service gives its users after those of their network', async () => {
      const irc = server.as(testRegistration())
      for (const username of ['irc_FooBar', 'irc_we[ird]|x^', 'IRC_{a}\\`~']) {
        await irc.post('register', { type: 'm.login.application_service', username, inhibit_login: true })
        const userId = `@${username}:example.org`
        const roomId = (await irc.post(`createRoom?user_id=${encodeURIComponent(userId)}`))['room_id'] as string
        const url = `${alice.room(roomId, 'send/m.room.message/1')}?user_id=${encodeURIComponent(userId)}`
        assert.equal(typeof (await irc.put(url, { msgtype: 'm.text', body: 'hello' }))['event_id'], 'string')
        const login = { type: 'm.login.application_service', identifier: { type: 'm.id.user', user: username } }
        assert.equal((await irc.post('login', login))['user_id'], userId)
      }
      const type = 'm.login.application_service'
      assert.equal(await irc.refusal('POST', 'register', { type, username: 'irc_a b' }), '400 M_INVALID_USERNAME')
      assert.equal(await irc.refusal('POST', 'register', { type, username: 'irc_é' }), '400 M_INVALID_USERNAME')
      const taken = { username: 'we[ird]', password: 'a password' }
      assert.equal(await server.anonymous.refusal('POST', 'register', taken), '400 M_INVALID_USERNAME')
    })
  })
}

describe('what is not taken', () => {
  let server: TestHomeserver
  let alice: Client

  before(async () => {
    server = await testHomeserver()
    alice = await server.register('alice')
  })
  after(() => server[Symbol.asyncDispose]())

  const malformed: readonly JsonObject[] = [
    { presence: 'not an object' },
    { room: { timeline: 'not an object' } },
    { room: { rooms: 'not a list' } },
    { room: { rooms: ['not a room id'] } },
    { presence: { senders: 'not a list' } },
    { presence: { senders: ['not a user id'] } },
    { room: { timeline: { limit: 'many' } } },
    { room: { timeline: { limit: -1 } } },
    { room: { timeline: { types: [1] } } },
    { room: { state: { lazy_load_members: 'yes' } } },
    { event_format: 'xml' },
  ]
  for (const filter of malformed) {
    it(`as a filter: ${JSON.stringify(filter)}`, async () => {
      assert.equal(await alice.refusal('POST', `user/${alice.userId}/filter`, filter), '400 M_BAD_JSON')
      const inline = encodeURIComponent(JSON.stringify(filter))
      assert.equal(await alice.refusal('GET', `sync?filter=${inline}`), '400 M_BAD_JSON')
    })
  }

  it('as a filter of messages, while null and what is not known yet are let be', async () => {
    const roomId = await alice.createRoom()
    const page = (filter: JsonObject): string =>
      alice.room(roomId, `messages?dir=b&filter=${encodeURIComponent(JSON.stringify(filter))}`)
    assert.equal(await alice.refusal('GET', page({ types: 'm.room.message' })), '400 M_BAD_JSON')
    await alice.get(page({ types: null, 'org.example.future': 7 }))
    await alice.post(`user/${alice.userId}/filter`, { room: null, event_fields: null, 'org.example.future': {} })
  })
})

describe('registrations as others generate them', () => {
  it('start', async () => {
    const mautrix = `
id: telegram
as_token: ${'a'.repeat(40)}
hs_token: ${'b'.repeat(40)}
namespaces:
    users:
        - regex: ^@telegrambot:example\\.org$
          exclusive: true
        - regex: ^@telegram_.*:example\\.org$
          exclusive: true
    aliases:
    rooms: null
url: ''
sender_localpart: tOGPrLxC2Txu9ZJPVxwpbpVALkKDuJFz
rate_limited:
protocols:
`
    const registration = parseRegistration(mautrix, 'telegram.yaml')
    await using server = await testHomeserver({}, { registrations: [registration] })
    const telegram = server.as(registration)
    assert.equal((await telegram.get('account/whoami'))['user_id'], '@tOGPrLxC2Txu9ZJPVxwpbpVALkKDuJFz:example.org')
    await telegram.createRoom({ name: 'by the bot' })
  })
})
