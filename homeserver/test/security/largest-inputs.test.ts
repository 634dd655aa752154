import assert from 'node:assert/strict'
import { openDatabase } from '@pons/database'
import type { UserId } from '@pons/matrix'
import { routes } from '../../src/api/routes.ts'
import { counted, StatementCount } from '../counted-database.ts'
import { largestRequests, walkedRoutes } from '../largest-requests.ts'
import { testHomeserver, testRegistration, type TestHomeserver } from '../support.ts'

/**
 * Of what takes hundreds of things, some milliseconds of work: a statement takes about five microseconds here, and as much
 * again for what is done with its rows.
 */
const MOST_IN_TURN = 350

/** Of any request of the walk; TEST_PRINT_TURNS=1 prints what each endpoint needs. */
const MOST_IN_WALK = 120
const isPrinting = process.env['TEST_PRINT_TURNS'] !== undefined

/** Beyond this, normalising text by its quadratic algorithm is felt. */
const MOST_NORMALIZED = 1024

describe('the largest input of every endpoint stalls nobody', () => {
  const count = new StatementCount()
  let server: TestHomeserver
  let normalized = 0
  // oxlint-disable-next-line typescript/unbound-method -- called with its text below
  const { normalize } = String.prototype
  before(async () => {
    const database = counted(await openDatabase('sqlite::memory:'), count)
    server = await testHomeserver(
      { password_hashing: 'cheap', presence: true },
      { registrations: [testRegistration()], database },
    )
    // oxlint-disable-next-line no-extend-native -- nothing else sees how much is normalised
    String.prototype.normalize = function (this: string, ...form: Parameters<typeof normalize>): string {
      normalized = Math.max(normalized, this.length)
      return normalize.apply(this, form)
    }
  })
  after(async () => {
    // oxlint-disable-next-line no-extend-native -- as it was
    String.prototype.normalize = normalize
    await server[Symbol.asyncDispose]()
  })

  for (const { name, route } of walkedRoutes()) {
    it(name, async () => {
      let most = 0
      await largestRequests(server, route, async ({ client, method, url, body, said }) => {
        normalized = 0
        const answer = await count.during(() => client.request(method, url, body))
        const what = `${said}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`
        assert.ok(answer.status < 500 || answer.status === 504, what)
        assert.ok(count.mostInTurn <= MOST_IN_WALK, `${count.mostInTurn} statements in a turn, ${what}`)
        assert.ok(normalized <= MOST_NORMALIZED, `normalised ${normalized}, ${what}`)
        most = Math.max(most, count.mostInTurn)
        return answer
      })
      if (isPrinting) process.stdout.write(`${most} statements in a turn: ${name}\n`)
    })
  }

  it('a log-in with 160,000 combining marks, by whatever door', async () => {
    const password = '\u0301\u0323'.repeat(80_000)
    const userId = '@marked:example.org' as UserId
    await server.homeserver.services.accounts.create({ userId, password: 'short enough 1' })
    const auth = { type: 'm.login.password', user: userId, password }
    const { accessToken } = await server.homeserver.services.sessions.logIn({ userId })
    normalized = 0
    for (const [method, url, body] of [
      ['POST', 'login', { type: 'm.login.password', user: userId, password }],
      ['POST', 'register', { username: 'other', password, auth: { type: 'm.login.dummy' } }],
      ['POST', 'account/password', { auth, new_password: password }],
      ['POST', 'account/deactivate', { auth }],
      ['POST', 'delete_devices', { auth, devices: [] }],
      ['DELETE', 'devices/OTHER', { auth }],
    ] as const) {
      const answer = await server.homeserver.dispatch({
        method,
        url: `/_matrix/client/v3/${url}`,
        headers: { authorization: `Bearer ${accessToken}` },
        body,
      })
      assert.ok([400, 401, 403].includes(answer.status), `${url} ${answer.status}`)
      assert.ok(normalized <= MOST_NORMALIZED, url)
    }
  })

  it('a first sync over 300 rooms, and an invitation to each', async () => {
    const [host, guest] = [await server.register('host'), await server.register('guest')]
    for (let at = 0; at < 300; at++) await host.createRoom({ invite: [guest.userId] })
    for (const client of [host, guest]) {
      const answer = await count.during(() => client.request('GET', '/_matrix/client/v3/sync'))
      assert.equal(answer.status, 200)
      const { join, invite } = (answer.body as { rooms: Record<string, object | undefined> }).rooms
      assert.equal(Object.keys(join ?? invite ?? {}).length, 300)
      assert.ok(count.mostInTurn <= MOST_IN_TURN, `${count.mostInTurn} statements in a turn`)
    }
  })

  it('the end of 500 devices, one by one or all at once', async () => {
    for (const name of ['named', 'all']) {
      const userId = `@${name}:example.org` as UserId
      await server.homeserver.services.accounts.create({ userId, password: 'correct horse' })
      const devices = Array.from({ length: 499 }, (_, at) => `D${at}`)
      for (const deviceId of devices) await server.homeserver.services.sessions.logIn({ userId, deviceId })
      const { accessToken } = await server.homeserver.services.sessions.logIn({ userId })
      const auth = { type: 'm.login.password', user: userId, password: 'correct horse' }
      const answer = await count.during(() =>
        server.homeserver.dispatch({
          method: 'POST',
          url: `/_matrix/client/v3/${name === 'all' ? 'account/deactivate' : 'delete_devices'}`,
          headers: { authorization: `Bearer ${accessToken}` },
          body: { auth, devices },
        }),
      )
      assert.equal(answer.status, 200)
      assert.ok(count.total > 499 && count.mostInTurn <= MOST_IN_TURN, `${count.mostInTurn} statements in a turn`)
    }
  })

  it('200 one-time keys, and messages to 499 devices', async () => {
    const userId = '@busy:example.org' as UserId
    const client = await server.register('busy')
    const one_time_keys = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`curve25519:${at}`, 'k']))
    await count.during(() => client.post('keys/upload', { one_time_keys }))
    assert.ok(count.total > 200 && count.mostInTurn <= 300, `${count.mostInTurn} statements in a turn`)
    const devices = Array.from({ length: 498 }, (_, at) => `D${at}`)
    for (const deviceId of devices) await server.homeserver.services.sessions.logIn({ userId, deviceId })
    for (const [txn, targets] of [{ '*': {} }, Object.fromEntries(devices.map((id) => [id, {}]))].entries()) {
      await count.during(() => client.put(`sendToDevice/m.test/${txn}`, { messages: { [userId]: targets } }))
      assert.ok(count.total > 498 && count.mostInTurn <= MOST_IN_TURN, `${count.mostInTurn} statements in a turn`)
    }
    const messages = { [userId]: Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`X${at}`, {}])) }
    assert.equal(await client.refusal('PUT', 'sendToDevice/m.test/many', { messages }), '413 M_TOO_LARGE')
  })

  it('a batch of 200 keys in a backup of 4,000, by a number of statements that does not grow with it', async () => {
    const client = await server.register('backup')
    const { version } = (await client.post('room_keys/version', { algorithm: 'a', auth_data: {} })) as {
      version: string
    }
    const key = { first_message_index: 1, forwarded_count: 0, is_verified: false, session_data: {} }
    const batch = (from: number, size: number, more = {}) => ({
      rooms: {
        '!room:example.org': {
          sessions: Object.fromEntries(Array.from({ length: size }, (_, at) => [`s${from + at}`, { ...key, ...more }])),
        },
      },
    })
    const put = async (body: object): Promise<number> => {
      await count.during(() => client.put(`room_keys/keys?version=${version}`, body))
      return count.total
    }
    const empty = await put(batch(0, 200))
    await put(batch(200, 3800))
    const full = await put(batch(100, 200, { first_message_index: 0 }))
    assert.ok(full <= empty && full <= 20, `${empty} statements before, ${full} after`)
    const { sessions } = (await client.get(`room_keys/keys/!room:example.org?version=${version}`)) as {
      sessions: Record<string, { first_message_index: number }>
    }
    assert.equal(Object.keys(sessions).length, 4000)
    assert.deepEqual(
      ['s99', 's100', 's299', 's300'].map((id) => sessions[id]?.first_message_index),
      [1, 0, 0, 1],
    )
  })

  it('the keys of 9,999 users, by a statement for hundreds of them', async () => {
    const client = await server.register('asker')
    const users = Array.from({ length: 9998 }, (_, at) => [`@user${at}:example.org`, []])
    const device_keys = Object.fromEntries([...users, [client.userId, []]])
    const answer = await count.during(() => client.post('keys/query', { device_keys }))
    assert.equal(Object.keys(answer['device_keys'] as object).length, 9999)
    assert.ok(count.total <= 3 * Math.ceil(9999 / 256) + 5, `${count.total} statements`)
    assert.ok(count.mostInTurn <= 10, `${count.mostInTurn} in a turn`)
  })

  it('what has happened since a token of long ago, to everybody', async () => {
    const [asker, neighbour] = [await server.register('longago'), await server.register('neighbour')]
    const roomId = await asker.createRoom({ preset: 'public_chat' })
    await neighbour.join(roomId)
    const { deviceLists, database, presence } = server.homeserver.services
    const users = Array.from({ length: 1000 }, (_, at) => `@changed${at}:example.org` as UserId)
    for (const userId of [...users, neighbour.userId]) {
      await database.transaction((tx) => deviceLists.changed(tx, userId))
      presence.set(userId, 'online', { isKept: true })
    }
    const [stranger, elsewhere] = [await server.register('stranger'), await neighbour.createRoom()]
    const hidden = await stranger.createRoom({ preset: 'public_chat' })
    for (const [client, room, times] of [
      [neighbour, roomId, 1],
      [stranger, hidden, 1001],
      [neighbour, elsewhere, 1],
    ] as const) {
      for (let at = 0; at < times; at++) {
        const eventId = await client.send(room, `read ${at}`)
        await client.post(client.room(room, `receipt/m.read/${encodeURIComponent(eventId)}`))
      }
    }
    const now = (await asker.get('sync?set_presence=offline'))['next_batch'] as string
    for (const url of [`keys/changes?from=s1&to=${now}`, 'sync?since=s1&set_presence=offline', 'sync']) {
      const answer = await count.during(() => asker.get(url))
      const text = JSON.stringify(answer)
      assert.ok(text.includes(neighbour.userId) && !text.includes('@changed'), url)
      assert.ok(!text.includes(stranger.userId) && !text.includes(elsewhere))
      assert.equal(text.includes('"m.read"'), url.startsWith('sync'), url)
      assert.ok(count.mostInTurn <= MOST_IN_WALK && count.total <= 100, `${url}: ${count.total} ${count.mostInTurn}`)
    }
  })

  it('a search among thousands of users, who are looked through a thousand places at a time', async () => {
    const searcher = await server.register('searcher')
    const roomId = await searcher.createRoom()
    const { database, stores } = server.homeserver.services
    const [first, last] = [700_000, 704_000]
    const { nid: roomNid } = (await stores.rooms.byId(roomId))!
    await database.transaction(async (tx) => {
      for (let nid = first; nid < last; nid++) {
        await tx.run('insert into interned (nid, text) values ($1, $2)', nid, `@found${nid}:example.org`)
        stores.memberships.set(tx, { userNid: nid, roomNid, membership: 'join', eventNid: 1 })
      }
    })
    const answer = await count.during(() => searcher.post('user_directory/search', { search_term: 'found' }))
    const found = (answer['results'] as { user_id: string }[]).map(({ user_id: id }) => id)
    assert.deepEqual(found.slice(0, 2), [`@found${first}:example.org`, `@found${first + 1}:example.org`])
    assert.equal(answer['limited'], true)
    await count.during(() => searcher.post('user_directory/search', { search_term: 'nobody at all' }))
    assert.ok(count.total >= 8 && count.mostInTurn <= 15, `${count.total} statements, ${count.mostInTurn} in a turn`)
    const one = await searcher.post('user_directory/search', { search_term: `found${last - 1}` })
    assert.deepEqual(one['results'], [{ user_id: `@found${last - 1}:example.org` }])
  })

  it('the history of a room, to one who has come and gone hundreds of times', async () => {
    const [host, guest] = [await server.register('history-host'), await server.register('comer')]
    const roomId = await host.createRoom({ preset: 'public_chat' })
    await host.setState(roomId, 'm.room.history_visibility', { history_visibility: 'joined' })
    for (let at = 0; at < 300; at++) {
      await guest.join(roomId)
      if (at === 298) await host.send(roomId, 'seen')
      await guest.post(guest.room(roomId, 'leave'))
      if (at === 298) await host.send(roomId, 'not seen')
    }
    const read = async (): Promise<number> => {
      const page = await count.during(() => guest.get(guest.room(roomId, 'messages?dir=b&limit=20')))
      const text = JSON.stringify(page)
      assert.ok(text.includes('"seen"') && !text.includes('"not seen"'))
      return count.total
    }
    await read()
    assert.ok((await read()) <= 12, `${count.total} statements`)
    await guest.join(roomId)
    await host.send(roomId, 'news')
    assert.ok(JSON.stringify(await guest.get(guest.room(roomId, 'messages?dir=b&limit=2'))).includes('"news"'))
    await guest.post(guest.room(roomId, 'leave'))
    await host.send(roomId, 'more news')
    assert.ok(!JSON.stringify(await guest.get(guest.room(roomId, 'messages?dir=b&limit=9'))).includes('more news'))
  })

  it('one alias, named three thousand times', async () => {
    const client = await server.register('namer')
    const roomId = await client.createRoom({ room_alias_name: 'named' })
    const alt_aliases = Array.from({ length: 3000 }, () => '#named:example.org')
    const url = client.room(roomId, 'state/m.room.canonical_alias/')
    await count.during(() => client.put(url, { alt_aliases }))
    assert.ok(count.mostInTurn <= MOST_IN_WALK, `${count.mostInTurn} statements in a turn`)
  })

  it('a room with more state than a room begins with is refused, and one with as much as it may is made', async () => {
    const client = await server.register('maker')
    const state = (size: number) =>
      Array.from({ length: size }, (_, at) => ({ type: 'm.x', state_key: `${at}`, content: {} }))
    assert.equal(await client.refusal('POST', 'createRoom', { initial_state: state(20_000) }), '400 M_BAD_JSON')
    await count.during(() => client.createRoom({ initial_state: state(500) as never }))
    assert.ok(count.mostInTurn <= MOST_IN_TURN, `${count.mostInTurn} statements in a turn`)
  })
})

describe('every expensive route has a limit', () => {
  /** Cheap, and as frequent as what people do. */
  const free = [
    'POST /_matrix/client/v3/logout',
    'POST /_matrix/client/v3/logout/all',
    'PUT /_matrix/client/v3/rooms/:roomId/typing/:userId',
    'POST /_matrix/client/v3/rooms/:roomId/receipt/:receiptType/:eventId',
    'POST /_matrix/client/v3/rooms/:roomId/read_markers',
    'PUT /_matrix/media/v3/upload/:serverName/:mediaId',
  ]
  const openToStrangers = [
    'GET /_matrix/client/v3/register/available',
    'GET /_matrix/client/v3/publicRooms',
    'GET /_matrix/client/v3/directory/room/:roomAlias',
    'GET /_matrix/federation/v1/openid/userinfo',
    'GET /_synapse/admin/v1/register',
  ]

  const asking = ['protocols', 'protocol/:protocol', 'location/:protocol', 'user/:protocol', 'location', 'user'].map(
    (path) => `GET /_matrix/client/v3/thirdparty/${path}`,
  )

  it('whatever writes or asks services, and what strangers may ask that is more than a look', () => {
    const unlimited = routes.filter(({ rateLimited, method }) => !rateLimited && method !== 'GET')
    assert.deepEqual(unlimited.map(({ method, paths }) => `${method} ${paths[0]}`).sort(), free.toSorted())
    const limited = new Set(
      routes.filter(({ rateLimited }) => rateLimited).map(({ method, paths }) => `${method} ${paths[0]}`),
    )
    for (const route of [...openToStrangers, ...asking]) assert.ok(limited.has(route), route)
  })
})
