import assert from 'node:assert/strict'
import { ManualClock } from '../../../matrix/test/manual-clock.ts'
import { testHomeserver, testRegistration, type TestHomeserver } from '../support.ts'

/** Turns the clock on, to one timer after another, and lets what each begins come to its next wait. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  const until = clock.now() + ms
  for (;;) {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    const leftMs = until - clock.now()
    const nextMs = clock.untilNext
    if (nextMs === undefined || nextMs > leftMs) return clock.advance(leftMs)
    clock.advance(nextMs)
  }
}

describe('a service whose transactions fail', () => {
  const registration = testRegistration()
  let server: TestHomeserver
  let clock: ManualClock
  let pushes: number
  let answer: number

  beforeEach(async () => {
    clock = new ManualClock()
    pushes = 0
    answer = 503
    let arrived: () => void
    const pushed = new Promise<void>((resolve) => (arrived = resolve))
    server = await testHomeserver({}, { clock, random: () => 1 })
    await server.homeserver.appservices.register(registration, async ({ url }) => {
      if (!url.includes('/transactions/')) return { status: 200, body: {} }
      pushes++
      arrived()
      return { status: answer, body: {} }
    })
    const alice = await server.register('alice')
    const roomId = await alice.createRoom({ preset: 'public_chat' })
    await server.as(registration).join(roomId)
    await alice.send(roomId, 'waits')
    await pushed
    await pass(clock, 0)
  })
  afterEach(() => server[Symbol.asyncDispose]())

  const request = (): Promise<unknown> => server.as(registration).get('account/whoami')
  const ping = (): Promise<unknown> => server.as(registration).post('/_matrix/client/v1/appservice/irc/ping')

  for (const [what, give, most] of [
    ['requests that it makes', request, 4],
    ['pings that it answers', ping, 8],
  ] as const) {
    it(`does not get more pushes for the ${what}`, async () => {
      // Until it is pushed to every minute.
      await pass(clock, 120_000)
      const before = pushes
      for (let second = 0; second < 30; second++) {
        for (let i = 0; i < 10; i++) await give()
        await pass(clock, 1000)
      }
      assert.ok(pushes - before <= most, `${pushes - before} pushes within 30 s`)
      assert.ok(server.homeserver.appservices.byId('irc'))
      const [status] = await server.homeserver.appservices.status()
      assert.ok(status!.failures > 5, 'its failures are not forgotten')
    })
  }

  it('is tried at once when it answers a ping', async () => {
    await pass(clock, 120_000)
    answer = 200
    await ping()
    await pass(clock, 0)
    const [status] = await server.homeserver.appservices.status()
    assert.deepEqual([status!.failures, status!.queuedItems], [0, 0])
  })

  it('is tried a moment after its first request, once it is back', async () => {
    await pass(clock, 120_000)
    answer = 200
    const before = pushes
    await request()
    await pass(clock, 0)
    assert.equal(pushes, before, 'who makes a request may not listen yet')
    await pass(clock, 1000)
    assert.equal(pushes > before, true)
    const [status] = await server.homeserver.appservices.status()
    assert.deepEqual([status!.failures, status!.queuedItems], [0, 0])
  })
})

describe('a question for a user that is not there', () => {
  it('goes to every service that claims the id, and passes over one without an address', async () => {
    await using server = await testHomeserver()
    const { appservices } = server.homeserver
    const shared = { users: [{ regex: '@shared_.*:example\\.org', exclusive: false }] }
    const asked: string[] = []
    const service = (id: string, status: number) =>
      appservices.register(testRegistration(id, { namespaces: shared }), async ({ url }) => {
        if (url.includes('/users/')) asked.push(`${id} ${decodeURIComponent(url.split('/').at(-1)!)}`)
        return { status: url.includes('/users/') ? status : 200, body: {} }
      })
    await appservices.register(testRegistration('silent', { namespaces: shared, url: null }))
    await service('one', 404)
    await service('two', 200)
    await service('three', 200)
    const alice = await server.register('alice')
    await alice.createRoom({ invite: ['@shared_a:example.org'] })
    assert.deepEqual(asked, ['one @shared_a:example.org', 'two @shared_a:example.org'])
    const roomId = await alice.createRoom()
    await alice.post(alice.room(roomId, 'invite'), { user_id: '@shared_b:example.org' })
    assert.deepEqual(asked.slice(2), ['one @shared_b:example.org', 'two @shared_b:example.org'])
    const member = (of: string) => alice.room(roomId, `state/m.room.member/${encodeURIComponent(of)}`)
    await alice.put(member('@shared_c:example.org'), { membership: 'invite' })
    assert.deepEqual(asked.slice(4), ['one @shared_c:example.org', 'two @shared_c:example.org'])
    await alice.put(member('@shared_d:example.org'), { membership: 'ban' })
    const mallory = await server.register('mallory')
    for (const [method, url, body] of [
      ['PUT', member('@shared_e:example.org'), { membership: 'invite' }],
      ['POST', alice.room(roomId, 'invite'), { user_id: '@shared_e:example.org' }],
    ] as const) {
      assert.equal(await mallory.refusal(method, url, body), '403 M_FORBIDDEN')
    }
    assert.deepEqual(asked.slice(6), [])
  })

  it('is not put without end, by however many invitations at once', async () => {
    await using server = await testHomeserver()
    let asked = 0
    await server.homeserver.appservices.register(testRegistration(), async ({ url }) => {
      if (url.includes('/users/')) asked++
      return { status: 404, body: {} }
    })
    const alice = await server.register('alice')
    const ghosts = (from: number, size: number) =>
      Array.from({ length: size }, (_, at) => `@irc_ghost${from + at}:example.org`)
    await alice.createRoom({ invite: ghosts(0, 20) })
    assert.equal(asked, 20)
    assert.equal(await alice.refusal('POST', 'createRoom', { invite: ghosts(20, 500) }), '429 M_LIMIT_EXCEEDED')
    assert.ok(asked <= 50, String(asked))
    await alice.createRoom({ invite: ['@somebody:example.org'] })
    await server.as(testRegistration()).createRoom({ invite: ghosts(600, 100) })
    assert.ok(asked >= 120, String(asked))
  })

  it('is not made for users of other servers, who cannot be invited by any door', async () => {
    await using server = await testHomeserver()
    const alice = await server.register('alice')
    const roomId = await alice.createRoom()
    const stranger = '@stranger:elsewhere.org'
    for (const [method, url, body] of [
      ['POST', alice.room(roomId, 'invite'), { user_id: stranger }],
      ['PUT', alice.room(roomId, `state/m.room.member/${encodeURIComponent(stranger)}`), { membership: 'invite' }],
      ['POST', 'createRoom', { invite: [stranger] }],
    ] as const) {
      assert.equal(await alice.refusal(method, url, body), '403 M_FORBIDDEN', url)
    }
  })
})
