import assert from 'node:assert/strict'
import { supportedRoomVersions } from '@pons/matrix'
import { engines, testHomeserver } from '../support.ts'

for (const engine of engines) {
  describe(`room versions on ${engine}`, () => {
    for (const room_version of ['99', '', 'org.example.unknown']) {
      it(`refuses to make a room of the unknown version ${JSON.stringify(room_version)}`, async () => {
        await using server = await testHomeserver({}, {}, engine)
        const alice = await server.register('alice')
        assert.equal(await alice.refusal('POST', 'createRoom', { room_version }), '400 M_UNSUPPORTED_ROOM_VERSION')
      })
    }

    it('makes a room of every version it knows, in which people talk', async () => {
      await using server = await testHomeserver({}, {}, engine)
      const alice = await server.register('alice')
      const bob = await server.register('bob')
      for (const id of supportedRoomVersions) {
        const roomId = await alice.createRoom({ preset: 'public_chat', room_version: id })
        await bob.join(roomId)
        const eventId = await bob.send(roomId, `hello in ${id}`)
        const event = await alice.get(alice.room(roomId, `event/${encodeURIComponent(eventId)}`))
        assert.deepEqual(event['content'], { msgtype: 'm.text', body: `hello in ${id}` })
      }
    })
  })
}
