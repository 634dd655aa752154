import assert from 'node:assert/strict'
import { Api } from 'telegram'
import { UnansweredError } from '../../src/protocol/unanswered-error.ts'
import { SentMessages } from '../../src/sent-messages.ts'
import { SentLookUp } from '../../src/to-network/sent-look-up.ts'

const nowSeconds = 1_900_000_000
const peer = 'c1' as Parameters<SentLookUp['find']>[1]['peer']

/** A chat in which one of ours was followed by so many of others, ten a second. */
function chatWith(followers: number): Api.Message[] {
  const from = (id: number, message: string, out: boolean): Api.Message =>
    new Api.Message({
      id,
      peerId: new Api.PeerUser({ userId: 1 as never }),
      date: nowSeconds + Math.floor(id / 10),
      message,
      out,
    })
  const before = Array.from({ length: 5000 }, (_, index) => from(index + 1, `earlier ${index}`, false))
  const ours = from(5001, 'ours', true)
  const after = Array.from({ length: followers }, (_, index) => from(5002 + index, `later ${index}`, false))
  return [...before, ours, ...after].toReversed()
}

function sentIn(messages: readonly Api.Message[]): { sent: SentMessages; lookUp: SentLookUp; asked: () => number } {
  let asked = 0
  const sent = new SentMessages()
  const lookUp = new SentLookUp({
    sent,
    page: async (_peer, before) => {
      asked++
      return messages.filter(({ id }) => before === undefined || id < before).slice(0, 100)
    },
    resync: async () => undefined,
  })
  return { sent, lookUp, asked: () => asked }
}

describe('a message that Telegram says it has', () => {
  const signal = new AbortController().signal
  const sinceMs = (nowSeconds + 500) * 1000

  for (const followers of [0, 49, 50, 400, 3000]) {
    it(`is found behind ${followers} others`, async () => {
      const { lookUp } = sentIn(chatWith(followers))
      assert.equal(await lookUp.find('1', { peer, text: 'ours', sinceMs, signal }), 5001)
    })
  }

  it('is not looked for beyond the time at which it may have been sent', async () => {
    const { lookUp, asked } = sentIn(chatWith(0))
    const late = (nowSeconds + 500 + 300) * 1000
    assert.equal(await lookUp.find('1', { peer, text: 'another', sinceMs: late, signal }), undefined)
    assert.ok(asked() < 45, `${asked()} pages`)
  })

  it('is said all the same where the chat may not be read any more: the look-up decides nothing of the send', async () => {
    const looking = (error: object): SentLookUp =>
      new SentLookUp({
        sent: new SentMessages(),
        page: () => Promise.reject(error as Error),
        resync: async () => undefined,
      })
    const wanted = { peer, text: 'ours', sinceMs, signal }
    const refused = { code: 400, errorMessage: 'CHANNEL_PRIVATE' }
    assert.equal(await looking(refused).find('1', wanted), undefined)
    for (const passing of [{ code: 420, errorMessage: 'FLOOD_WAIT_3' }, new Error('the connection is gone')])
      await assert.rejects(looking(passing).find('1', wanted))
  })

  it('is looked for at the next start where this one broke off', async () => {
    const { lookUp, asked } = sentIn(chatWith(3000))
    const stopped = AbortSignal.abort()
    await assert.rejects(lookUp.find('1', { peer, text: 'ours', sinceMs, signal: stopped }), UnansweredError)
    assert.equal(asked(), 0)
  })

  it('is not one that another send has been told to be', async () => {
    const { sent, lookUp } = sentIn(chatWith(10))
    sent.learn('2', 5001)
    assert.equal(await lookUp.find('1', { peer, text: 'ours', sinceMs, signal }), undefined)
  })
})
