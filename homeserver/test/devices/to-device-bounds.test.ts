import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, type Client, type Engine, type TestHomeserver } from '../support.ts'

interface Synced {
  readonly events: readonly { readonly content: JsonObject }[]
  readonly token: string
  readonly bytes: number
}

describe('messages to devices are bounded', function () {
  for (const engine of engines) describe(`on ${engine}`, () => suite(engine))
})

function suite(engine: Engine): void {
  let test: TestHomeserver
  before(async () => (test = await testHomeserver({ rate_limit: null }, {}, engine)))
  after(() => test?.[Symbol.asyncDispose]())

  let count = 0
  async function send(from: Client, messages: JsonObject): Promise<void> {
    await from.put(`sendToDevice/m.test/${++count}`, { messages })
  }

  async function sync(client: Client, since?: string): Promise<Synced> {
    const answer = await client.get(`sync?timeout=0${since === undefined ? '' : `&since=${since}`}`)
    const toDevice = answer['to_device'] as { events?: Synced['events'] } | undefined
    const bytes = JSON.stringify(answer).length
    return { events: toDevice?.events ?? [], token: answer['next_batch'] as string, bytes }
  }

  async function secondDevice(of: Client): Promise<Client> {
    const session = await test.homeserver.services.sessions.logIn({ userId: of.userId })
    return new (of.constructor as typeof Client)(test.homeserver, session.accessToken, of.userId, session.deviceId)
  }

  async function rowsOf({ userId, deviceId }: Client): Promise<{ n: number; bytes: number }> {
    const sql = `select count(*) as n, sum(length(message)) as bytes from to_device where user_id = $1 and device_id = $2`
    const row = await test.homeserver.services.database.get<{ n: number; bytes: number | null }>(
      sql,
      userId,
      deviceId ?? '',
    )
    return { n: row?.n ?? 0, bytes: row?.bytes ?? 0 }
  }

  it('by what is kept of requests, though they are for nobody', async () => {
    const alice = await test.register('alice0')
    const { database, clock } = test.homeserver.services
    const insert = 'insert into to_device_txn (user_id, device_id, txn_id, created_ts) values ($1, $2, $3, $4)'
    await database.transaction(async (tx) => {
      for (let at = 0; at < 10_500; at++)
        await tx.run(insert, alice.userId, alice.deviceId ?? '', `t${at}`, clock.now() - 20_000 + at)
      await tx.run(insert, '@long.gone:example.org', '', 'old', 1)
    })
    for (let at = 0; at < 64; at++) await send(alice, { '@nobody:example.org': { NONE: {} } })
    const row = await database.get<{ n: number }>('select count(*) as n from to_device_txn')
    assert.ok((row?.n ?? 0) <= 10_064, `${row?.n} are kept`)
    const old = await database.get("select 1 as one from to_device_txn where txn_id = 'old'")
    assert.equal(old, undefined)
  })

  it('by number and size in one sync, and the rest comes with the next, each once and in order', async () => {
    const [alice, bob] = [await test.register('alice1'), await test.register('bob1')]
    const start = await sync(bob)
    for (let number = 1; number <= 250; number++)
      await send(alice, { [bob.userId]: { [bob.deviceId ?? '']: { number } } })
    const big = 'x'.repeat(60_000)
    for (let number = 251; number <= 290; number++)
      await send(alice, { [bob.userId]: { [bob.deviceId ?? '']: { number, big } } })
    const seen: unknown[] = []
    let since = start.token
    let pages = 0
    for (;;) {
      const { events, token, bytes } = await sync(bob, since)
      if (events.length === 0) break
      pages++
      assert.ok(events.length <= 100 && bytes < 1_200_000, `${events.length} messages of ${bytes} bytes`)
      // What was not acknowledged is given again, and nothing is lost by it.
      assert.deepEqual((await sync(bob, since)).events, events)
      seen.push(...events.map(({ content }) => content['number']))
      since = token
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 290 }, (_, index) => index + 1),
    )
    assert.ok(pages >= 5)
    // The last page goes when something new comes.
    assert.ok((await rowsOf(bob)).n <= 100)
  })

  it('in a sync that waits: what is left over answers the next at once', async () => {
    const [alice, bob] = [await test.register('alice2'), await test.register('bob2')]
    const start = await sync(bob)
    for (let number = 1; number <= 101; number++)
      await send(alice, { [bob.userId]: { [bob.deviceId ?? '']: { number } } })
    const first = await sync(bob, start.token)
    assert.equal(first.events.length, 100)
    const answer = await bob.get(`sync?timeout=60000&since=${first.token}`)
    assert.equal((answer['to_device'] as { events: unknown[] }).events.length, 1)
  })

  it('by number for each device that never asks, however many a user has', async () => {
    const [alice, bob] = [await test.register('alice3'), await test.register('bob3')]
    const devices = [bob, await secondDevice(bob), await secondDevice(bob)]
    for (let round = 0; round < 52; round++)
      await Promise.all(Array.from({ length: 100 }, () => send(alice, { [bob.userId]: { '*': { round } } })))
    for (const device of devices) {
      const { n } = await rowsOf(device)
      assert.ok(n >= 5000 && n <= 5064, `${n} rows`)
    }
  })

  it('by size for a device that never asks', async () => {
    const [alice, bob] = [await test.register('alice4'), await test.register('bob4')]
    const big = 'x'.repeat(60_000)
    for (let round = 0; round < 20; round++)
      await Promise.all(Array.from({ length: 16 }, () => send(alice, { [bob.userId]: { '*': { big } } })))
    const { bytes } = await rowsOf(bob)
    assert.ok(bytes <= 8 * 1024 * 1024 + 64 * 65_536, `${bytes} bytes`)
  })
}
