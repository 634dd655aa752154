import assert from 'node:assert/strict'
import type { JsonObject } from '@pons/matrix'
import { engines, testHomeserver } from '../support.ts'

interface Lists {
  readonly changed: string[]
  readonly left: string[]
}

const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }

for (const engine of engines) {
  describe(`device lists of who left on ${engine}`, () => {
    it('name those who were there then, and nobody who came later', async () => {
      await using server = await testHomeserver({}, {}, engine)
      const [alice, bob] = [await server.register('alice'), await server.register('bob')]
      const [carol, dave] = [await server.register('carol'), await server.register('dave')]
      const roomId = await alice.createRoom({ preset: 'public_chat', initial_state: [encryption] })
      for (const client of [bob, dave]) await client.join(roomId)
      const since = (await bob.get('sync'))['next_batch'] as string
      const news = async (): Promise<Lists> =>
        (await bob.get(`sync?since=${since}`))['device_lists'] as JsonObject & Lists
      await dave.post(dave.room(roomId, 'leave'))
      await bob.post(bob.room(roomId, 'leave'))
      await carol.join(roomId)
      assert.deepEqual((await news()).left.toSorted(), [alice.userId, dave.userId])
      await bob.join(roomId)
      const again = await news()
      assert.deepEqual(again.changed.toSorted(), [alice.userId, bob.userId, carol.userId])
      assert.deepEqual(again.left, [dave.userId])
    })
  })
}
