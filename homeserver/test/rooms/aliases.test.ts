import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver, testRegistration, type Client, type TestHomeserver } from '../support.ts'

const directory = (alias: string): string => `directory/room/${encodeURIComponent(alias)}`

for (const engine of engines) {
  describe(`aliases on ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client
    let roomId: string
    const [main, other, third] = ['#main:example.org', '#other:example.org', '#third:example.org']

    beforeEach(async () => {
      server = await testHomeserver({}, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
      roomId = await alice.createRoom({ preset: 'public_chat' })
      await bob.join(roomId)
      await alice.put(directory(main), { room_id: roomId })
      await alice.put(directory(other), { room_id: roomId })
      await bob.put(directory(third), { room_id: roomId })
      await alice.setState(roomId, 'm.room.canonical_alias', { alias: main, alt_aliases: [other, third] })
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const canonical = (): Promise<JsonObject> => alice.get(alice.room(roomId, 'state/m.room.canonical_alias'))

    it('leave the canonical alias event when they are deleted', async () => {
      await alice.ok('DELETE', directory(other))
      assert.deepEqual(await canonical(), { alias: main, alt_aliases: [third] })
      await alice.ok('DELETE', directory(main))
      assert.deepEqual(await canonical(), { alt_aliases: [third] })
      assert.equal(await bob.refusal('GET', directory(main)), '404 M_NOT_FOUND')
    })

    it('are deleted by their maker even when the event cannot be changed', async () => {
      await bob.ok('DELETE', directory(third))
      assert.equal(await bob.refusal('GET', directory(third)), '404 M_NOT_FOUND')
      assert.deepEqual(await canonical(), { alias: main, alt_aliases: [other, third] })
    })

    it('of others cannot be deleted, nor rooms be named by who is not in them', async () => {
      assert.equal(await bob.refusal('DELETE', directory(main)), '403 M_FORBIDDEN')
      const carol = await server.register('carol')
      assert.equal(await carol.refusal('DELETE', directory(main)), '403 M_FORBIDDEN')
      assert.equal(await carol.refusal('PUT', directory('#mine:example.org'), { room_id: roomId }), '403 M_FORBIDDEN')
      assert.equal(await carol.refusal('PUT', directory(main), { room_id: await carol.createRoom() }), '409 M_UNKNOWN')
    })

    it('of a namespace are for its application service alone', async () => {
      const registration = testRegistration()
      await server.homeserver.appservices.register(registration)
      const service = server.as(registration)
      const reserved = directory('#irc_room:example.org')
      assert.equal(await alice.refusal('PUT', reserved, { room_id: roomId }), '400 M_EXCLUSIVE')
      await service.put(reserved, { room_id: roomId })
      assert.equal(await alice.refusal('DELETE', reserved), '400 M_EXCLUSIVE')
      assert.equal(await service.refusal('PUT', directory('#free:example.org'), { room_id: roomId }), '400 M_EXCLUSIVE')
      assert.equal(await service.refusal('DELETE', directory(main)), '400 M_EXCLUSIVE')
    })
  })
}
