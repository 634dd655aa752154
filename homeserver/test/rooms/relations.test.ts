import assert from 'node:assert/strict'
import { openDatabase } from '@pons/database'
import type { JsonObject, RoomId } from '@pons/matrix'
import { counted, StatementCount } from '../counted-database.ts'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

const relate = (client: Client, roomId: RoomId, to: string, [rel_type, name]: [string, string]): Promise<string> =>
  client.sendEvent(roomId, 'm.room.message', { body: name, 'm.relates_to': { rel_type, event_id: to } }, name)

const urlOf = (roomId: RoomId, root: string): string =>
  `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/relations/${encodeURIComponent(root)}`

for (const engine of engines) {
  describe(`relations of relations on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let roomId: RoomId
    let root: string
    let tree: Record<'early' | 'other' | 'late' | 'reaction' | 'deep' | 'tooDeep', string>

    before(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      roomId = await alice.createRoom()
      root = await alice.send(roomId, 'root')
      const early = await relate(alice, roomId, root, ['m.thread', 'early'])
      const other = await relate(alice, roomId, root, ['m.thread', 'other'])
      const late = await relate(alice, roomId, root, ['m.thread', 'late'])
      // The newest of all hangs on the oldest.
      const reaction = await relate(alice, roomId, early, ['m.annotation', 'reaction'])
      const deep = await relate(alice, roomId, reaction, ['m.thread', 'deep'])
      const tooDeep = await relate(alice, roomId, deep, ['m.thread', 'too deep'])
      tree = { early, other, late, reaction, deep, tooDeep }
    })
    after(() => server[Symbol.asyncDispose]())

    async function pages(path: string, direction: 'b' | 'f', limit: number): Promise<string[]> {
      const found: string[] = []
      let from = ''
      for (;;) {
        const page = await alice.get(
          `${urlOf(roomId, root)}${path}?recurse=true&dir=${direction}&limit=${limit}${from}`,
        )
        found.push(...(page['chunk'] as JsonObject[]).map((event) => event['event_id'] as string))
        if (page['next_batch'] === undefined) return found
        from = `&from=${page['next_batch'] as string}`
      }
    }

    it('come in order, each once, however long the pages are', async () => {
      const { early, other, late, reaction, deep } = tree
      for (const limit of [1, 2, 3, 100]) {
        assert.deepEqual(await pages('', 'f', limit), [early, other, late, reaction, deep], `${limit} forward`)
        assert.deepEqual(await pages('', 'b', limit), [deep, reaction, late, other, early], `${limit} backward`)
      }
    })

    it('of one type are found behind those of another', async () => {
      const { early, other, late, reaction, deep } = tree
      assert.deepEqual(await pages('/m.thread', 'f', 2), [early, other, late, deep])
      assert.deepEqual(await pages('/m.annotation/m.room.message', 'f', 2), [reaction])
    })
  })
}

describe('a tree of relations', () => {
  it('costs a statement for hundreds of events', async () => {
    const count = new StatementCount()
    const database = counted(await openDatabase('sqlite::memory:'), count)
    await using server = await testHomeserver({ rate_limit: null }, { database })
    const alice = await server.register('alice')
    const roomId = await alice.createRoom()
    const root = await alice.send(roomId, 'root')
    for (let at = 0; at < 30; at++) {
      const child = await relate(alice, roomId, root, ['m.thread', `${at}`])
      for (let below = 0; below < 20; below++) await relate(alice, roomId, child, ['m.thread', `${at} ${below}`])
    }
    const page = await count.during(() => alice.get(`${urlOf(roomId, root)}?recurse=true&limit=100`))
    assert.equal((page['chunk'] as unknown[]).length, 100)
    assert.ok(count.total <= 30, `${count.total} statements`)
  })
})
