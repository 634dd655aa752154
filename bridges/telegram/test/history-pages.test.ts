import type { LoginId } from '@pons/core'
import bigInt from 'big-integer'
import assert from 'node:assert/strict'
import { Api } from 'telegram'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { readGap } from '../src/from-network/read-gap.ts'
import { readUpTo } from '../src/from-network/read-up-to.ts'
import { messageIdOf } from '../src/ids.ts'
import type { Box } from '../src/protocol/counted.ts'
import { Peers } from '../src/protocol/peers.ts'
import type { Reader } from '../src/reader.ts'

const chatId = bigInt(9)
const peer = 'g9'

/** A chat of so many messages on a server that names at most so many at a time, whatever it is asked for. */
function server(count: number, most: number): Reader & { asked: number } {
  const all = Array.from(
    { length: count },
    (_, index) =>
      new Api.Message({
        id: count - index,
        peerId: new Api.PeerChat({ chatId }),
        date: 1000 + count - index,
        message: 'x',
      }),
  )
  const reader = {
    asked: 0,
    peers: new Peers({ get: async () => undefined, write: async () => undefined, list: async () => [] }),
    call: async (request: Api.AnyRequest) => {
      const { offsetId, limit } = request as Api.messages.GetHistory
      reader.asked++
      const older = all.filter(({ id }) => offsetId === 0 || id < offsetId)
      return new Api.messages.Messages({
        messages: older.slice(0, Math.min(limit, most)),
        chats: [],
        users: [],
      })
    },
  }
  return reader as typeof reader & Reader
}

describe('up to N is not exactly N, in the history of a chat on Telegram', () => {
  for (const [count, most, limit] of [
    [250, 40, 200],
    [250, 100, 250],
    [30, 7, 200],
    [0, 100, 50],
    [5, 100, 3],
  ] as const) {
    it(`${limit} of ${count} are read, ${most} at a time`, async () => {
      const ids = (await readUpTo(server(count, most), { peer, limit })).map(({ id }) => id)
      assert.deepEqual(
        ids,
        Array.from({ length: Math.min(limit, count) }, (_, index) => count - index),
      )
    })
  }

  it('a gap is read back to what is known, over short pages', async () => {
    const host = new RecordingHost()
    const login = '1' as LoginId
    const known = { chat: { chat: 'g9', receiver: login }, id: messageIdOf(peer, 10, login) }
    await host.ingest({
      kind: 'notice',
      chat: known.chat as never,
      id: known.id,
      timestampMs: 0,
      text: 'known',
    })
    host.rooms.push(known.chat as never)
    const { messages, edges } = await readGap(server(200, 33), host, { box: '' as Box, login, sinceMs: 0 })
    assert.deepEqual(
      messages.map(({ id }) => id),
      Array.from({ length: 190 }, (_, index) => index + 11),
    )
    assert.deepEqual(edges, [])
  })

  it('a chat of which Telegram tells nothing any more holds up no other, and that is said', async () => {
    const host = new RecordingHost()
    const login = '1' as LoginId
    for (const chat of ['g8', 'u7', 'g9']) host.rooms.push({ chat, receiver: login } as never)
    const whole = server(3, 100)
    const told = (refusal: object): Reader => ({
      peers: whole.peers,
      call: async (request) => {
        const { peer: asked } = request as unknown as Api.messages.GetHistory
        if (asked instanceof Api.InputPeerChat && asked.chatId.toString() === '8') throw refusal
        return await whole.call(request)
      },
    })
    const ask = async (refusal: object) => await readGap(told(refusal), host, { box: '' as Box, login, sinceMs: 1000 })
    const { messages, edges } = await ask({ code: 400, errorMessage: 'CHANNEL_PRIVATE' })
    assert.deepEqual(
      messages.map(({ id }) => id),
      [1, 2, 3],
    )
    assert.deepEqual(
      edges.map(({ peer: of, fromMs }) => [of, fromMs]),
      [
        ['g8', 1000],
        // Never met, so that nobody can be asked for it.
        ['u7', 1000],
      ],
    )
    // What passes is no refusal: it is asked for again.
    for (const passing of [
      { code: 420, errorMessage: 'FLOOD_WAIT_3' },
      { code: 500, errorMessage: 'INTERDC_2_CALL_ERROR' },
      { code: 401, errorMessage: 'AUTH_KEY_UNREGISTERED' },
      new Error('the connection is gone'),
    ])
      await assert.rejects(ask(passing))
  })

  it('ends where a server names the same ones again and again', async () => {
    const reader = server(5, 100)
    const same = await reader.call(
      new Api.messages.GetHistory({
        peer: new Api.InputPeerEmpty(),
        offsetId: 0,
        limit: 5,
        offsetDate: 0,
        addOffset: 0,
        maxId: 0,
        minId: 0,
        hash: bigInt.zero,
      }),
    )
    const stuck: Reader = { peers: reader.peers, call: (async () => same) as Reader['call'] }
    assert.equal((await readUpTo(stuck, { peer, limit: 50 })).length, 5)
  })
})
