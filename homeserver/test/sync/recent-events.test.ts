import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import type { Committed } from '../../src/rooms/timeline-writer.ts'
import { RecentEvents } from '../../src/sync/recent-events.ts'
import { testHomeserver, type Client } from '../support.ts'

const committed = (nid: number, roomNid: number, type = 'm.room.message', contentBytes = 100) =>
  ({ event: { nid, roomNid, type, contentBytes } }) as unknown as Committed

describe('RecentEvents', () => {
  it('answers only for ranges that it knows whole', () => {
    const recent = new RecentEvents()
    for (const [nid, room] of [
      [11, 1],
      [12, 2],
      [13, 1],
    ] as const) {
      recent.add(committed(nid, room), true)
    }
    assert.equal(recent.inRoom(1, 9, 13), undefined)
    assert.deepEqual(
      recent.inRoom(1, 10, 13)?.map(({ nid }) => nid),
      [11, 13],
    )
    assert.deepEqual(
      recent.inRoom(1, 11, 12)?.map(({ nid }) => nid),
      [],
    )
    assert.equal(recent.inRoom(2, 10, 13), undefined)
    assert.deepEqual(recent.roomsBetween(10, 12), new Set([1, 2]))
    assert.deepEqual(recent.roomsBetween(12, 13), new Set([1]))
    assert.equal(recent.roomsBetween(9, 13), undefined)
  })

  it('forgets the oldest, and says so', () => {
    const recent = new RecentEvents()
    for (let nid = 1; nid <= 5000; nid++) recent.add(committed(nid, 1), true)
    assert.equal(recent.inRoom(1, 4900, 5000), undefined)
    assert.equal(recent.inRoom(1, 4990, 5000)?.length, 10)
    assert.equal(recent.roomsBetween(1, 5000), undefined)
    assert.deepEqual(recent.roomsBetween(4500, 5000), new Set([1]))
  })

  it('keeps no more than so many bytes of a room', () => {
    const recent = new RecentEvents()
    for (let nid = 1; nid <= 10; nid++) recent.add(committed(nid, 1, 'm.large', 30_000), true)
    assert.equal(recent.inRoom(1, 7, 10), undefined)
    assert.equal(recent.inRoom(1, 8, 10)?.length, 2)
    recent.add(committed(11, 1, 'm.large', 70_000), true)
    assert.equal(recent.inRoom(1, 10, 11), undefined)
    assert.deepEqual(recent.inRoom(1, 11, 11), [])
    recent.add(committed(12, 1), true)
    assert.equal(recent.inRoom(1, 11, 12)?.length, 1)
  })

  it('knows nothing across a time when nobody polled, nor before a redaction', () => {
    const recent = new RecentEvents()
    recent.add(committed(1, 1), true)
    recent.add(committed(2, 1), false)
    recent.add(committed(3, 1), true)
    assert.equal(recent.inRoom(1, 0, 3), undefined)
    assert.equal(recent.roomsBetween(1, 3), undefined)
    recent.add(committed(4, 1, 'm.room.redaction'), true)
    assert.equal(recent.inRoom(1, 2, 4), undefined)
    assert.equal(recent.inRoom(1, 3, 4)?.length, 1)
  })
})

describe('a long poll', () => {
  const timelineOf = (sync: JsonObject, roomId: string) =>
    (sync['rooms'] as { join: Record<string, { timeline: { events: JsonObject[] } }> }).join[roomId]!.timeline.events

  it('gets what was redacted while it was away without its content', async () => {
    await using server = await testHomeserver()
    const alice = await server.register('alice')
    const bob = await server.register('bob')
    const roomId = await alice.createRoom({ preset: 'public_chat' })
    await bob.join(roomId)
    const since = (await bob.get('sync'))['next_batch'] as string
    const poll = (who: Client) => who.get(`sync?timeout=20000&since=${since}`)
    const waiting = poll(bob)
    const eventId = await alice.send(roomId, 'secret')
    assert.equal((timelineOf(await waiting, roomId)[0]?.['content'] as JsonObject | undefined)?.['body'], 'secret')
    const other = alice.get(`sync?timeout=20000&since=${(await alice.get('sync'))['next_batch'] as string}`)
    await alice.put(alice.room(roomId, `redact/${encodeURIComponent(eventId)}/r`))
    await other
    const again = timelineOf(await poll(bob), roomId)
    assert.deepEqual(
      again.map(({ type, content }) => [type, Object.keys(content as JsonObject)]),
      [
        ['m.room.message', []],
        ['m.room.redaction', ['redacts']],
      ],
    )
  })
})
