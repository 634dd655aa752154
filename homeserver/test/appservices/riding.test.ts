import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Database } from '@pons/database'
import type { JsonObject, RoomId, UserId } from '@pons/matrix'
import fc from 'fast-check'
import { hurried } from '../../../matrix/test/hurried-clock.ts'
import { still } from '../../../matrix/test/still-clock.ts'
import type { InProcessCall } from '../../src/index.ts'
import { engines, testHomeserver, testRegistration } from '../support.ts'

/** What an application service got, repeats of a transaction aside; refuses as often as it is told to. */
class Service {
  readonly ids: string[] = []
  readonly #seen = new Set<string>()
  readonly #waiting: { id: string; resolve: () => void }[] = []
  refusals = 0

  readonly call: InProcessCall = async ({ url, body }) => {
    if (!url.includes('/transactions/')) return { status: 200, body: {} }
    if (this.refusals > 0) {
      this.refusals -= 1
      return { status: 500, body: {} }
    }
    if (this.#seen.has(url)) return { status: 200, body: {} }
    this.#seen.add(url)
    for (const event of (body as { events: JsonObject[] }).events) this.ids.push(event['event_id'] as string)
    for (const { id, resolve } of this.#waiting) if (this.ids.includes(id)) resolve()
    return { status: 200, body: {} }
  }

  async has(id: string): Promise<void> {
    if (!this.ids.includes(id)) await new Promise<void>((resolve) => this.#waiting.push({ id, resolve }))
  }
}

describe('a message that finds nothing else under way to an application service', () => {
  it('goes out by the commit that stores it, which marks what was delivered before', async () => {
    let commits = 0
    const inner = await openDatabase('sqlite::memory:')
    const database: Database = {
      engine: inner.engine,
      get: (sql, ...params) => inner.get(sql, ...params),
      all: (sql, ...params) => inner.all(sql, ...params),
      transaction: (work) => {
        commits += 1
        return inner.transaction(work)
      },
      [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    }
    await using server = await testHomeserver({}, { clock: still, database })
    const service = new Service()
    const registration = testRegistration()
    await server.homeserver.appservices.register(registration, service.call)
    const bot = server.as(registration)
    const roomId = await bot.createRoom()
    await service.has(await bot.send(roomId, 'the first of all'))
    await turns(10)
    const before = commits
    for (let number = 0; number < 20; number++) {
      await service.has(await bot.send(roomId, `number ${number}`))
      // The queue looks for more before it rests.
      await turns(10)
    }
    assert.equal(commits - before, 20)
    const [status] = await server.homeserver.appservices.status()
    assert.equal(status?.queuedItems, 0)
  })

  it('comes again as it was where the process ends before it is marked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pons-riding-'))
    try {
      const registration = testRegistration()
      const pushed: { url: string; body: unknown }[] = []
      let told = (): void => undefined
      const call: InProcessCall = async ({ url, body }) => {
        pushed.push({ url, body: structuredClone(body) })
        told()
        return { status: 200, body: {} }
      }
      const times = (eventId: string): number =>
        pushed.filter(({ body }) => JSON.stringify(body).includes(eventId)).length
      const untilPushed = async (eventId: string, count: number): Promise<void> => {
        while (times(eventId) < count) await new Promise<void>((resolve) => (told = resolve))
        await turns(20)
      }
      const file = join(folder, 'before.db')
      await using server = await testHomeserver({ database: `sqlite:${file}` }, { clock: still })
      await server.homeserver.appservices.register(registration, call)
      const bot = server.as(registration)
      const roomId = await bot.createRoom()
      await untilPushed(await bot.send(roomId, 'before'), 1)
      const before = pushed.length
      const delivered = await bot.send(roomId, 'delivered')
      await untilPushed(delivered, 1)
      // As a crash would leave them: the mark is in neither.
      for (const end of ['', '-wal']) copyFileSync(`${file}${end}`, join(folder, `after.db${end}`))

      await using next = await testHomeserver({ database: `sqlite:${join(folder, 'after.db')}` }, { clock: still })
      await next.homeserver.appservices.register(registration, call)
      await untilPushed(delivered, 2)
      assert.deepEqual(pushed[before + 1], pushed[before])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  for (const engine of engines) {
    it(`loses, doubles and overtakes nothing beside others, refused and undone ones, on ${engine}`, async () => {
      const kind = fc.constantFrom('message', 'own', 'state', 'repeat', 'undone', 'refused', 'pause')
      await fc.assert(
        fc.asyncProperty(fc.array(kind, { minLength: 5, maxLength: 60 }), async (kinds) => {
          await using server = await testHomeserver({}, { clock: hurried }, engine)
          const service = new Service()
          const registration = testRegistration()
          await server.homeserver.appservices.register(registration, service.call)
          const alice = await server.register('alice')
          const bot = server.as(registration)
          const roomId = await bot.createRoom({ preset: 'public_chat' })
          await alice.join(roomId)
          const work: Promise<unknown>[] = []
          for (const [index, what] of kinds.entries()) {
            if (what === 'message') work.push(alice.send(roomId, `m${index}`))
            if (what === 'own') work.push(bot.send(roomId, `m${index}`))
            if (what === 'state') work.push(bot.setState(roomId, 'm.room.topic', { topic: `t${index}` }))
            if (what === 'repeat') work.push(alice.send(roomId, `again ${index}`, 'the same transaction'))
            if (what === 'undone') work.push(undone(server.homeserver, roomId, alice.userId))
            if (what === 'refused') service.refusals += 1
            if (what === 'pause') await Promise.all(work)
          }
          await Promise.all(work)
          const last = await alice.send(roomId, 'the last')
          await service.has(last)
          const { chunk } = await alice.get(alice.room(roomId, 'messages?dir=f&limit=500'))
          const said = (chunk as JsonObject[]).map((event) => event['event_id'])
          assert.deepEqual(service.ids, said)
        }),
        { numRuns: 15 },
      )
    })
  }
})

/** Of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** An event that was queued for the service, in a transaction that comes to nothing. */
async function undone(
  { services }: Awaited<ReturnType<typeof testHomeserver>>['homeserver'],
  roomId: RoomId,
  sender: UserId,
): Promise<void> {
  const failing = services.timeline.write(async (writer) => {
    const content = { msgtype: 'm.text', body: 'never said' }
    await writer.append(await writer.room(roomId), { type: 'm.room.message', sender, content })
    throw new Error('undone')
  })
  await assert.rejects(failing, /undone/)
}
