import assert from 'node:assert/strict'
import { decodeRefs } from '../storage/decode-refs.ts'
import { testHomeserver, type Client } from '../support.ts'

describe('a room', () => {
  it('is one line of events, however many are sent at once', async () => {
    await using server = await testHomeserver()
    const alice = await server.register('alice')
    const roomId = await alice.createRoom({ preset: 'public_chat' })
    const users = await Promise.all(['a', 'b', 'c', 'd'].map((name) => server.register(name)))
    const together = async (act: (user: Client) => Promise<unknown>): Promise<void> => {
      await Promise.all([alice.setState(roomId, 'm.room.topic', { topic: String(act) }), ...users.map(act)])
    }
    await together((user) => user.join(roomId))
    await together((user) => user.send(roomId, `from ${user.userId}`))
    await together((user) => user.post(user.room(roomId, 'leave')))
    const { database } = server.homeserver.services
    const sql = 'select e.nid, e.refs from event e join room r on r.nid = e.room where r.room_id = $1 order by e.nid'
    const rows = await database.all<{ nid: number; refs: Uint8Array }>(sql, roomId)
    const nids = rows.map(({ nid }) => nid)
    assert.ok(nids.length > 3 * users.length, 'the room has events')
    assert.deepEqual(
      rows.map(({ refs }) => decodeRefs(refs).prev),
      nids.map((_, index) => nids.slice(0, index).slice(-1)),
    )
  })
})
