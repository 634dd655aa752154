import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { hurried } from '../../../matrix/test/hurried-clock.ts'
import type { InProcessCall } from '../../src/index.ts'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

interface Transaction {
  readonly id: string
  readonly body: { events: JsonObject[]; ephemeral?: JsonObject[] }
}

/** An application service in this process that takes transactions when it is willing, and remembers them. */
class FakeService {
  readonly received: Transaction[] = []
  readonly asked: string[] = []
  /** Answers to come before 200 is answered again. */
  failures: number[] = []
  #waiters: { count: number; resolve: () => void }[] = []

  readonly call: InProcessCall = async ({ method, url, body }) => {
    if (method === 'GET') this.asked.push(decodeURIComponent(url))
    if (!url.includes('/transactions/')) return { status: 200, body: {} }
    this.received.push({ id: url.split('/').at(-1)!, body: structuredClone(body) as Transaction['body'] })
    this.#waiters = this.#waiters.filter(({ count, resolve }) => {
      if (this.events.length < count) return true
      resolve()
      return false
    })
    return { status: this.failures.shift() ?? 200, body: {} }
  }

  get events(): JsonObject[] {
    return this.received.flatMap(({ body }) => body.events)
  }

  /** Resolves when so many events, repeats included, have arrived. */
  async until(count: number): Promise<void> {
    if (this.events.length < count) await new Promise<void>((resolve) => this.#waiters.push({ count, resolve }))
  }
}

for (const engine of engines) {
  describe(`application services on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    const registration = testRegistration()

    beforeEach(async () => {
      server = await testHomeserver({}, { clock: hurried }, engine)
      alice = await server.register('alice')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const ghost = async (name: string): Promise<Client> => {
      await server.as(registration).post('register', {
        type: 'm.login.application_service',
        username: name,
        inhibit_login: true,
      })
      const bot = server.as(registration)
      const userId = `@${name}:example.org`
      const withUser = (url: string): string =>
        `${url}${url.includes('?') ? '&' : '?'}user_id=${encodeURIComponent(userId)}`
      const client = Object.create(bot) as Client
      client.request = (method, url, body) => bot.request(method, withUser(url), body)
      client.ok = (method, url, body) => bot.ok(method, withUser(url), body)
      return Object.defineProperty(client, 'userId', { value: userId })
    }

    it('delivers what its users see, in order and once, and nothing else', async () => {
      const service = new FakeService()
      await server.homeserver.appservices.register(registration, service.call)
      const nick = await ghost('irc_nick')
      const other = await alice.createRoom()
      await alice.send(other, 'private')
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await nick.join(roomId)
      const sent = []
      for (let i = 0; i < 30; i++) sent.push(await alice.send(roomId, `m${i}`))
      await service.until(31)
      assert.deepEqual(
        service.events.slice(1).map((event) => event['event_id']),
        sent,
      )
      assert.equal(service.events[0]!['type'], 'm.room.member')
      assert.ok(service.events.every((event) => event['room_id'] === roomId))
      assert.equal(new Set(service.received.map(({ id }) => id)).size, service.received.length)
    })

    it('tells of an invite, and of what is said only from joining to leaving', async () => {
      const service = new FakeService()
      await server.homeserver.appservices.register(registration, service.call)
      const nick = await ghost('irc_nick')
      const roomId = await alice.createRoom()
      await alice.post(alice.room(roomId, 'invite'), { user_id: nick.userId })
      await alice.send(roomId, 'before')
      await nick.join(roomId)
      await alice.send(roomId, 'during')
      await nick.post(nick.room(roomId, 'leave'))
      await alice.send(roomId, 'after')
      await alice.post(alice.room(roomId, 'invite'), { user_id: nick.userId })
      await service.until(5)
      const told = service.events.map(
        ({ content }) => (content as JsonObject)['body'] ?? (content as JsonObject)['membership'],
      )
      assert.deepEqual(told, ['invite', 'join', 'during', 'leave', 'invite'])
    })

    it('says with an invite what the room is, to the service of who is invited', async () => {
      const service = new FakeService()
      await server.homeserver.appservices.register(registration, service.call)
      const nick = await ghost('irc_nick')
      const roomId = await alice.createRoom({ name: 'The place', topic: 'this and that', is_direct: true })
      await alice.setState(roomId, 'org.example.secret', { hidden: true })
      await alice.post(alice.room(roomId, 'invite'), { user_id: nick.userId })
      await nick.join(roomId)
      await service.until(2)
      const [invite, join] = service.events
      const { invite_room_state: stripped } = invite!['unsigned'] as { invite_room_state: JsonObject[] }
      const byType = new Map(stripped.map((event) => [event['type'], event]))
      assert.deepEqual(byType.get('m.room.name'), {
        type: 'm.room.name',
        sender: alice.userId,
        state_key: '',
        content: { name: 'The place' },
      })
      assert.equal(byType.get('m.room.member')?.['state_key'], alice.userId)
      assert.ok(byType.has('m.room.create') && byType.has('m.room.topic') && byType.has('m.room.join_rules'))
      assert.ok(!byType.has('org.example.secret') && !byType.has('m.room.power_levels'))
      assert.equal((join!['unsigned'] as JsonObject)['invite_room_state'], undefined)
    })

    it('repeats a transaction with the same id and content until it is taken', async () => {
      const service = new FakeService()
      service.failures = [500, 404, 502]
      await server.homeserver.appservices.register(registration, service.call)
      const nick = await ghost('irc_nick')
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await nick.join(roomId)
      await service.until(4)
      await alice.send(roomId, 'after')
      await service.until(5)
      const [first, ...repeats] = service.received.slice(0, 4)
      for (const repeat of repeats) assert.deepEqual(repeat, first)
      assert.notEqual(service.received[4]!.id, first!.id)
    })

    it('keeps the content of a repeat when an event in it was redacted in between', async () => {
      const service = new FakeService()
      const { promise: gate, resolve: open } = Promise.withResolvers<void>()
      const slow: InProcessCall = async (request) => {
        const answer = await service.call(request)
        if (service.received.length === 1) await gate
        return service.received.length === 1 ? { status: 500, body: {} } : answer
      }
      await server.homeserver.appservices.register(registration, slow)
      const nick = await ghost('irc_nick')
      const roomId = await alice.createRoom({ preset: 'public_chat', invite: [] })
      await nick.join(roomId)
      await service.until(1)
      const eventId = service.events[0]!['event_id'] as string
      await alice.put(alice.room(roomId, `redact/${encodeURIComponent(eventId)}/1`), {})
      open()
      await service.until(3)
      assert.deepEqual(service.received[1], service.received[0])
    })

    it('waits for its service through a restart of the service, then drains at once', async () => {
      const service = new FakeService()
      const { appservices } = server.homeserver
      let isUp = true
      const call: InProcessCall = async (request) => {
        if (!isUp) throw new Error('down')
        return service.call(request)
      }
      await appservices.register(registration, call)
      const nick = await ghost('irc_nick')
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await nick.join(roomId)
      await service.until(1)
      isUp = false
      for (let i = 0; i < 150; i++) await alice.send(roomId, `m${i}`)
      const [status] = await appservices.status()
      assert.ok(status!.queuedItems >= 149 && status!.oldestQueuedTs !== undefined)
      isUp = true
      await appservices.register(registration, call)
      await service.until(151)
      assert.equal(service.received.length <= 5, true)
      assert.ok(service.received.every(({ body }) => body.events.length <= 100))
      const ids = service.events.map((event) => event['event_id'])
      assert.equal(new Set(ids).size, 151)
    })

    it('lets act as its own registered users only', async () => {
      await server.homeserver.appservices.register(registration, new FakeService().call)
      const bot = server.as(registration)
      assert.equal((await bot.get('account/whoami'))['user_id'], '@ircbot:example.org')
      const whoAmI = (userId: string): Promise<string> =>
        bot.refusal('GET', `account/whoami?user_id=${encodeURIComponent(userId)}`)
      assert.equal(await whoAmI('@irc_unknown:example.org'), '403 M_FORBIDDEN')
      assert.equal(await whoAmI('@alice:example.org'), '403 M_FORBIDDEN')
      assert.equal(await whoAmI('@irc_nick:elsewhere.org'), '403 M_FORBIDDEN')
      assert.equal(await whoAmI('nonsense'), '400 M_INVALID_PARAM')
      const nick = await ghost('irc_nick')
      assert.equal((await nick.get('account/whoami'))['user_id'], nick.userId)
      assert.equal(
        await server.anonymous.refusal('POST', 'register', {
          username: 'irc_x',
          auth: { type: 'm.login.dummy' },
          password: 'long enough',
        }),
        '400 M_EXCLUSIVE',
      )
      assert.equal(
        await bot.refusal('POST', 'register', { type: 'm.login.application_service', username: 'bob' }),
        '400 M_EXCLUSIVE',
      )
      assert.equal(
        await bot.refusal('POST', 'register', { type: 'm.login.application_service', username: 'irc_nick' }),
        '400 M_USER_IN_USE',
      )
      assert.equal(await alice.refusal('POST', 'createRoom', { room_alias_name: 'irc_x' }), '400 M_EXCLUSIVE')
      assert.equal(await bot.refusal('POST', 'createRoom', { room_alias_name: 'other' }), '400 M_EXCLUSIVE')
    })

    it('gives events the time that a service asks for, and to nobody else', async () => {
      await server.homeserver.appservices.register(registration, new FakeService().call)
      const bot = server.as(registration)
      const roomId = await bot.createRoom({ preset: 'public_chat' })
      await alice.join(roomId)
      const timeOf = async (client: Client): Promise<unknown> => {
        const { event_id: id } = await client.put(client.room(roomId, 'send/m.room.message/t?ts=1234'), { body: 'x' })
        return (await client.get(client.room(roomId, `event/${encodeURIComponent(id as string)}`)))['origin_server_ts']
      }
      assert.equal(await timeOf(bot), 1234)
      assert.ok(Number(await timeOf(alice)) > 1_000_000_000_000)
      assert.equal(
        await bot.refusal('PUT', bot.room(roomId, 'send/m.room.message/u?ts=-5'), { body: 'x' }),
        '400 M_INVALID_PARAM',
      )
    })

    it('asks the service for an unknown alias, and finds the room that it then makes', async () => {
      const service = new FakeService()
      const bot = server.as(registration)
      let roomId = ''
      const call: InProcessCall = async (request) => {
        if (request.url.includes('/rooms/')) roomId = await bot.createRoom({ room_alias_name: 'irc_chan' })
        return service.call(request)
      }
      await server.homeserver.appservices.register(registration, call)
      const found = await alice.get(`directory/room/${encodeURIComponent('#irc_chan:example.org')}`)
      assert.equal(found['room_id'], roomId)
      assert.deepEqual(service.asked, ['/_matrix/app/v1/rooms/#irc_chan:example.org'])
    })

    it('is pinged, and told why a ping fails', async () => {
      const { appservices } = server.homeserver
      const bot = server.as(registration)
      await appservices.register(registration)
      const ping = (): Promise<string> =>
        bot.refusal('POST', '/_matrix/client/v1/appservice/irc/ping', { transaction_id: 'x' })
      assert.equal(await ping(), '400 M_URL_NOT_SET')
      await appservices.register(registration, async () => ({ status: 403, body: {} }))
      assert.equal(await ping(), '502 M_BAD_STATUS')
      await appservices.register(registration, async () => Promise.reject(new Error('gone')))
      assert.equal(await ping(), '502 M_CONNECTION_FAILED')
      await appservices.register(registration, new FakeService().call)
      assert.equal(await ping(), '200')
      assert.equal(await alice.refusal('POST', '/_matrix/client/v1/appservice/irc/ping', {}), '403 M_FORBIDDEN')
      await appservices.register({ ...registration, url: 'http://127.0.0.1:9' })
      assert.equal(await ping(), '502 M_CONNECTION_FAILED')
    })

    it('refuses a second service that claims the same, and forgets one that is removed', async () => {
      const { appservices } = server.homeserver
      await appservices.register(registration, new FakeService().call)
      await assert.rejects(appservices.register({ ...testRegistration('irc2'), namespaces: registration.namespaces }))
      assert.equal(await appservices.remove('irc'), true)
      assert.equal(await server.as(registration).refusal('GET', 'account/whoami'), '401 M_UNKNOWN_TOKEN')
      assert.equal(await appservices.remove('irc'), false)
    })

    it('delivers ephemeral events beside the others, and repeats them too', async () => {
      const service = new FakeService()
      service.failures = [500]
      const { services, appservices } = server.homeserver
      const appservice = await appservices.register(registration, service.call)
      const edu = { type: 'm.typing', room_id: '!x:example.org', content: { user_ids: [alice.userId] } }
      await services.database.transaction(async (tx) => services.appserviceQueues.queueEphemeral(tx, appservice, edu))
      const nick = await ghost('irc_nick')
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await nick.join(roomId)
      await service.until(1)
      assert.deepEqual(service.received[0]!.body.ephemeral, [edu])
      assert.deepEqual(service.received[1], service.received[0])
    })
  })
}
