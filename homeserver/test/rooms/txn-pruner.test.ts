import assert from 'node:assert/strict'
import { ManualClock } from '../../../matrix/test/manual-clock.ts'
import { TxnPruner } from '../../src/rooms/txn-pruner.ts'
import { engines, quiet, testHomeserver, testRegistration } from '../support.ts'

const dayMs = 24 * 3_600_000

describe('transaction ids go by the age of their events', () => {
  for (const engine of engines) {
    it(`and those of application services much later (${engine})`, async () => {
      await using test = await testHomeserver({}, {}, engine)
      const { database } = test.homeserver.services
      const clock = new ManualClock(Date.now())
      await using pruner = new TxnPruner({ database, clock, logger: quiet, keepMs: 30 * dayMs })
      const alice = await test.register('alice')
      const roomId = await alice.createRoom({ preset: 'public_chat' })
      await test.homeserver.appservices.register(testRegistration())
      const bot = test.as(testRegistration())
      await bot.join(roomId)
      const ids = async (): Promise<string[]> =>
        (await database.all<{ txn_id: string }>('select txn_id from event_txn order by event')).map((row) => row.txn_id)

      const early = await alice.send(roomId, 'early')
      const botEarly = await bot.send(roomId, 'bot early')
      assert.equal(await pruner.run(), 0)
      clock.advance(20 * dayMs)
      await alice.send(roomId, 'late')
      assert.equal(await alice.send(roomId, 'early'), early, 'known')
      clock.advance(11 * dayMs)
      await pruner.run()
      assert.deepEqual(await ids(), ['s/bot early', 's/late'])
      assert.equal(await bot.send(roomId, 'bot early'), botEarly, 'known')
      assert.notEqual(await alice.send(roomId, 'early'), early)
      clock.advance(dayMs)
      await pruner.run()
      clock.advance(360 * dayMs)
      await pruner.run()
      assert.deepEqual(await ids(), [])
      assert.ok(clock.untilNext !== undefined, 'it runs again by itself')
    })
  }
})
