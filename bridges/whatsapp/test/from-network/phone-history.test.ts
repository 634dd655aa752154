import assert from 'node:assert/strict'
import { proto } from '@whiskeysockets/baileys'
import { deflateSync } from 'node:zlib'
import { accountIntake } from '../../src/from-network/account-intake.ts'
import { PhoneHistory } from '../../src/from-network/phone-history.ts'
import { friend, stage as understandingStage } from './understanding.ts'

describe('a part of a history', () => {
  const conversations = [{ id: friend, conversationTimestamp: 1_700_000_000, messages: [] }]
  const packed = deflateSync(
    proto.HistorySync.encode({ syncType: proto.HistorySync.HistorySyncType.RECENT, conversations }).finish(),
  )
  const settle = () => [{ key: 'settled', value: true }]

  async function stage(patienceMs: number) {
    const { host, known } = await understandingStage()
    const intake = accountIntake(host, known.store, known.chats)
    const released = Promise.withResolvers<void>()
    let fetchCount = 0
    const history = new PhoneHistory({
      logger: host.logger,
      place: known,
      intake,
      limits: { history_messages: 5, chats_after_login: 15 },
      fetch: async () => {
        fetchCount++
        await released.promise
        return packed
      },
      tellOwner: (text) => assert.fail(text),
      patienceMs,
    })
    return { host, history, released, fetchCount: () => fetchCount }
  }

  it('that comes in time is there before what is behind it', async () => {
    const { history, released } = await stage(60_000)
    released.resolve()
    const part = await history.take('H1', {}, settle)
    assert.deepEqual(
      part?.events.map(({ kind, chat }) => [kind, chat.chat]),
      [['snapshot', friend]],
    )
  })

  it('that does not is taken in by itself when it comes, with the word that it was, and is fetched once', async () => {
    const { host, history, released, fetchCount } = await stage(0)
    assert.equal(await history.take('H1', {}, settle), undefined)
    assert.equal(await history.take('H1', {}, settle), undefined)
    assert.deepEqual([host.events.length, fetchCount()], [0, 1])
    released.resolve()
    await host.waitFor(({ kind, chat }) => kind === 'snapshot' && chat.chat === friend)
    assert.equal(host.values.get('settled'), true)
  })
})
