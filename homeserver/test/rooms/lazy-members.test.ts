import assert from 'node:assert/strict'
import type { JsonObject, RoomId } from '@pons/matrix'
import { engines, testHomeserver, type Client, type TestHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`members of a page of messages on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client

    before(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
    })
    after(() => server[Symbol.asyncDispose]())

    const lazy = `filter=${encodeURIComponent(JSON.stringify({ lazy_load_members: true, types: ['m.room.message'] }))}`

    const rename = (client: Client, roomId: RoomId, displayname: string): Promise<string> =>
      client.setState(roomId, 'm.room.member', { membership: 'join', displayname }, client.userId)

    const pageOf = async (roomId: RoomId, direction: 'f' | 'b'): Promise<JsonObject> =>
      alice.get(alice.room(roomId, `messages?dir=${direction}&limit=20&${lazy}`))

    /** Names by localpart. */
    const namesIn = (page: JsonObject): JsonObject =>
      Object.fromEntries(
        (page['state'] as JsonObject[])
          .map((event): [string, unknown] => [
            String(event['state_key']),
            (event['content'] as JsonObject)['displayname'],
          ])
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ) as JsonObject

    it('are as they were at the first event of the chunk, in both directions', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
      await rename(alice, roomId, 'Alice at first')
      await rename(bob, roomId, 'Bob at first')
      await alice.send(roomId, 'one')
      await bob.send(roomId, 'two')
      await rename(bob, roomId, 'Bob in between')
      await bob.send(roomId, 'three')
      await rename(alice, roomId, 'Alice at last')
      await alice.send(roomId, 'four')
      const atFirst = { [alice.userId]: 'Alice at first', [bob.userId]: 'Bob at first' }
      const atLast = { [alice.userId]: 'Alice at last', [bob.userId]: 'Bob in between' }
      assert.deepEqual(namesIn(await pageOf(roomId, 'f')), atFirst)
      assert.deepEqual(namesIn(await pageOf(roomId, 'b')), atLast)
    })

    it('are there for everybody who speaks in it, who came later too', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await alice.send(roomId, 'alone')
      for (const name of ['carol', 'dave', 'erin']) {
        const client = await server.register(`${name}-${engine.toLowerCase()}`)
        await client.join(roomId)
        await client.send(roomId, `here is ${name}`)
      }
      for (const direction of ['f', 'b'] as const) {
        const page = await pageOf(roomId, direction)
        const senders = new Set((page['chunk'] as JsonObject[]).map(({ sender }) => sender))
        assert.equal(senders.size, 4)
        assert.deepEqual(new Set(Object.keys(namesIn(page))), senders)
      }
    })
  })
}
