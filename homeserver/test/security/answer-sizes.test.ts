import assert from 'node:assert/strict'
import type { JsonObject, RoomId } from '@pons/matrix'
import { testHomeserver, type Client, type TestHomeserver } from '../support.ts'

const EVENTS = 100
const EVENT_BYTES = 60_000

interface Entry {
  readonly timeline: { readonly events: JsonObject[]; readonly limited: boolean; readonly prev_batch: string }
}

describe('what one answer holds is bounded', function () {
  this.timeout(60_000)
  let server: TestHomeserver
  let alice: Client
  let rooms: RoomId[]

  before(async () => {
    server = await testHomeserver()
    alice = await server.register('alice')
    rooms = []
    for (let at = 0; at < 4; at++) {
      const roomId = await alice.createRoom()
      rooms.push(roomId)
      for (let i = 0; i < EVENTS; i++) {
        const junk = `${at} ${i}`.padEnd(EVENT_BYTES, 'x')
        await alice.sendEvent(roomId, 'm.large', { junk }, `${i}`)
      }
    }
  })
  after(() => server[Symbol.asyncDispose]())

  const sizeOf = (answer: JsonObject): number => JSON.stringify(answer).length

  const large = (events: readonly JsonObject[]): unknown[] =>
    events.filter(({ type }) => type === 'm.large').map(({ event_id: id }) => id)

  for (const direction of ['b', 'f'] as const) {
    for (const filter of ['', `&filter=${encodeURIComponent('{"types":["m.large"]}')}`]) {
      it(`a page of messages, ${direction}${filter}, of which the next begins where it ends`, async () => {
        const found: unknown[] = []
        let [from, pages] = ['', 0]
        do {
          const page = await alice.get(alice.room(rooms[0]!, `messages?dir=${direction}&limit=1000${filter}${from}`))
          assert.ok(sizeOf(page) <= 5 * 1024 * 1024, `${sizeOf(page)} bytes`)
          found.push(...large(page['chunk'] as JsonObject[]))
          from = page['end'] === undefined ? '' : `&from=${page['end'] as string}`
          pages++
        } while (from !== '')
        assert.equal(found.length, EVENTS)
        assert.equal(new Set(found).size, EVENTS)
        assert.ok(pages <= 4, `${pages} pages`)
      })
    }
  }

  it('a filter that lets nothing through reads no more', async () => {
    const filter = encodeURIComponent('{"types":["m.none"]}')
    const page = await alice.get(alice.room(rooms[0]!, `messages?dir=b&limit=1000&filter=${filter}`))
    assert.deepEqual(page['chunk'], [])
    assert.notEqual(page['end'], undefined)
  })

  it('a sync, of which each room has its newest events, and says where the others are', async () => {
    const filter = encodeURIComponent(JSON.stringify({ room: { timeline: { limit: 500 } } }))
    const since = (await alice.get('sync'))['next_batch'] as string
    for (const roomId of rooms) await alice.send(roomId, 'newest')
    const first = await alice.get(`sync?filter=${filter}`)
    assert.ok(sizeOf(first) <= 18 * 1024 * 1024, `${sizeOf(first)} bytes`)
    const joined = (first['rooms'] as unknown as { join: Record<string, Entry> }).join
    let limited = 0
    for (const roomId of rooms) {
      const { timeline } = joined[roomId]!
      assert.deepEqual((timeline.events.at(-1)!['content'] as JsonObject)['body'], 'newest')
      if (timeline.limited) limited++
      const before = await alice.get(alice.room(roomId, `messages?dir=b&limit=1&from=${timeline.prev_batch}`))
      const ids = timeline.events.map(({ event_id: id }) => id)
      for (const event of before['chunk'] as JsonObject[]) assert.ok(!ids.includes(event['event_id'] as string))
    }
    assert.ok(limited > 0)
    assert.ok(sizeOf(await alice.get(`sync?since=${since}`)) < EVENT_BYTES)
  })
})
