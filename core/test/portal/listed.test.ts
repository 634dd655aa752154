import assert from 'node:assert/strict'
import { remoteMessageId, type ChatSnapshot } from '@pons/core'
import { simChat, type MatrixPerson } from '@pons/test'
import { onEveryEngine } from '../support.ts'

onEveryEngine('a chat that its network lists', (open) => {
  const listed = async (alice: MatrixPerson, query = ''): Promise<string[]> => {
    const body = query === '' ? {} : { third_party_instance_id: query }
    const { chunk } = await alice.request('POST', '/_matrix/client/v3/publicRooms', body)
    return (chunk as { room_id: string }[]).map((room) => room.room_id)
  }

  it('is in the list that clients show first, and in its network’s, for as long as it is listed', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first', 'm1')
    await stage.settled()
    const roomId = await alice.join('#sim_garden:test.local')
    let counter = 0
    const snapshot = async (changes: Partial<ChatSnapshot>): Promise<void> => {
      const id = remoteMessageId(`listed ${counter++}`)
      const event = { chat: simChat('garden'), id, timestampMs: 1_700_000_000_000, kind: 'snapshot' } as const
      await stage.network.ingest({ ...event, snapshot: { kind: 'group', ...changes } })
      await stage.settled()
    }
    assert.deepEqual(await listed(alice), [])
    await snapshot({ isListed: true, joinRule: 'public' })
    assert.deepEqual([await listed(alice), await listed(alice, 'sim|sim')], [[roomId], [roomId]])
    await snapshot({})
    assert.deepEqual(await listed(alice), [roomId])
    await snapshot({ isListed: false })
    assert.deepEqual([await listed(alice), await listed(alice, 'sim|sim')], [[], []])
  })
})
