import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { ManualClock } from '../../../matrix/test/manual-clock.ts'
import { testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

describe('presence', () => {
  let server: TestHomeserver
  let alice: Client
  let bob: Client
  let clock: ManualClock

  beforeEach(async () => {
    clock = new ManualClock()
    server = await testHomeserver({ presence: true }, { clock })
    alice = await server.register('alice')
    bob = await server.register('bob')
    await bob.join(await alice.createRoom({ preset: 'public_chat' }))
  })
  afterEach(() => server[Symbol.asyncDispose]())

  const status = (who: Client): string => `presence/${who.userId}/status`
  const events = (sync: JsonObject): JsonObject[] =>
    (sync['presence'] as { events: JsonObject[] } | undefined)?.events ?? []

  it('is told to who shares a room', async () => {
    const carol = await server.register('carol')
    const offline = '&set_presence=offline'
    const before = await bob.get('sync?set_presence=offline')
    const waiting = bob.get(`sync?since=${String(before['next_batch'])}&timeout=10000${offline}`)
    await alice.put(status(alice), { presence: 'unavailable', status_msg: 'tea' })
    const content = { presence: 'unavailable', last_active_ago: 0, status_msg: 'tea' }
    assert.deepEqual(events(await waiting), [{ type: 'm.presence', sender: alice.userId, content }])
    clock.advance(500)
    assert.deepEqual(await bob.get(status(alice)), { ...content, last_active_ago: 500 })
    assert.deepEqual(events(await carol.get('sync?set_presence=offline')), [])
    assert.equal(await carol.refusal('GET', status(alice)), '403 M_FORBIDDEN')
  })

  it('of who is there is told to newcomers, and of newcomers to who is there', async () => {
    const carol = await server.register('carol')
    const dave = await server.register('dave')
    const offline = 'set_presence=offline'
    await alice.put(status(alice), { presence: 'online', status_msg: 'here' })
    await carol.put(status(carol), { presence: 'unavailable' })
    const roomId = await alice.createRoom({ preset: 'public_chat' })
    const [alices, carols] = [await alice.get(`sync?${offline}`), await carol.get(`sync?${offline}`)]
    const since = (sync: JsonObject): string => `sync?since=${String(sync['next_batch'])}&${offline}`
    await carol.join(roomId)
    await dave.join(roomId)
    const senders = (sync: JsonObject): unknown[] =>
      events(sync).map((event) => [event['sender'], (event['content'] as JsonObject)['presence']])
    const [alicesNext, carolsNext] = [await alice.get(since(alices)), await carol.get(since(carols))]
    assert.deepEqual(senders(alicesNext), [[carol.userId, 'unavailable']])
    assert.deepEqual(senders(carolsNext), [
      [alice.userId, 'online'],
      [carol.userId, 'unavailable'],
    ])
    assert.deepEqual(senders(await alice.get(since(alicesNext))), [])
  })

  it('follows syncs, and ends without them', async () => {
    await alice.get('sync')
    assert.equal((await bob.get(status(alice)))['presence'], 'online')
    clock.advance(60_000)
    assert.equal((await bob.get(status(alice)))['presence'], 'offline')
  })

  it('is set by oneself, and checked', async () => {
    assert.equal(await bob.refusal('PUT', status(alice), { presence: 'online' }), '403 M_FORBIDDEN')
    assert.equal(await alice.refusal('PUT', status(alice), { presence: 'away' }), '400 M_BAD_JSON')
  })

  it('of people goes to application services that share a room', async () => {
    const pushed: JsonObject[] = []
    let arrived = (): void => {}
    await server.homeserver.appservices.register(testRegistration(), async ({ body }) => {
      const { ephemeral = [] } = body as { ephemeral?: JsonObject[] }
      pushed.push(...ephemeral)
      if (ephemeral.length > 0) arrived()
      return { status: 200, body: {} }
    })
    const irc = server.as(testRegistration())
    const roomId = await alice.createRoom({ preset: 'public_chat' })
    await irc.post(`join/${encodeURIComponent(roomId)}`)
    const done = new Promise<void>((resolve) => (arrived = resolve))
    await alice.put(status(alice), { presence: 'unavailable' })
    await done
    const content = { presence: 'unavailable', last_active_ago: 0 }
    assert.deepEqual(pushed, [{ type: 'm.presence', sender: alice.userId, content }])
  })

  it('is off by default', async () => {
    await using plain = await testHomeserver()
    const dave = await plain.register('dave')
    await dave.put(status(dave), { presence: 'online' })
    assert.deepEqual(await dave.get(status(dave)), { presence: 'offline' })
  })
})
