import assert from 'node:assert/strict'
import { BridgeError } from '@pons/core'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('what was said before a room was made, where it cannot be read', (open) => {
  async function held(stage: Stage): Promise<string[]> {
    await stage.network.say('garden', 'bert', 'after')
    await stage.settled()
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    const events = (await alice.history(roomId)).filter(({ type }) => type === 'm.room.message')
    return events.map(({ content }) => String(content['body']))
  }

  for (const [what, isRetryable, delaysMs] of [
    ['is refused', false, []],
    ['fails again and again', true, [1000, 2000, 4000]],
  ] as const) {
    it(`holds up nothing that is said now, and the room is told once (${what})`, async () => {
      await using stage = await open({ keepsHistory: true })
      let asked = 0
      stage.network.onHistory = () => {
        asked++
        return Promise.reject(new BridgeError('the network says no', { isRetryable }))
      }
      await stage.network.say('garden', 'bert', 'now')
      for (const delayMs of delaysMs) await stage.clock.fireAfter(delayMs)
      assert.deepEqual(await held(stage), [
        'What was said here before could not be read: the network says no',
        'now',
        'after',
      ])
      assert.equal(asked, delaysMs.length + 1)
    })
  }
})
