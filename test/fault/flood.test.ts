import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { loopbacks } from '../src/loopback/start-loopback.ts'
import { startLoopbackStage, type LoopbackStage } from '../src/loopback/loopback-stage.ts'

/**
 * The bench `flood` measures by how much a message is slowed down. What makes it so is tested here: how much of the flood gets
 * in between a message and its arrival.
 */
describe('a network that is flooded', function () {
  this.timeout(120_000)
  let stage: LoopbackStage

  before(async () => {
    const networks = await Promise.all(Object.values(loopbacks).map(async ({ start }) => await start()))
    stage = await startLoopbackStage({ networks })
  })
  after(async () => await stage?.[Symbol.asyncDispose]())

  for (const name of ['telegram', 'whatsapp']) it(`leaves ${name} its turn`, async () => await flooding(name))

  async function flooding(name: string): Promise<void> {
    const [flooded] = stage.chats.get('irc') ?? []
    const [calm] = stage.chats.get(name) ?? []
    assert.ok(flooded !== undefined && calm !== undefined)
    let passed = 0
    stage.pons.homeserver.services.timeline.onCommitted(({ room }) => {
      if (room.roomId === flooded.roomId) passed++
    })
    let isFlooding = true
    const flood = (async () => {
      for (let wave = 0; isFlooding; wave++) {
        await Promise.all(Array.from({ length: 50 }, (_, number) => flooded.say(`flood ${wave} ${number}`)))
      }
    })()
    while (passed < 500) await pause(5)
    const between: number[] = []
    for (let number = 0; number < 40; number++) {
      const before = passed
      await calm.say(`calm ${number}`)
      await stage.person.hear(`calm ${number}`, calm.roomId)
      between.push(passed - before)
      await pause(20)
    }
    isFlooding = false
    await flood
    const median = between.toSorted((a, b) => a - b)[between.length / 2] ?? Infinity
    assert.ok(median <= 30, `of the flood ${median} events got in between, in the middle of ${between.join(' ')}`)
    assert.ok(passed > 1000, 'and the flood went on')
  }
})
