import assert from 'node:assert/strict'
import type { MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const retryDelaysMs = [1000, 2000, 4000, 8000, 16_000]

onEveryEngine('what became of a send', (open) => {
  async function inRoom(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    return { alice, roomId }
  }

  const texts = (stage: Stage) => stage.network.fromMatrix('garden').map(({ text }) => text)
  const arrival = (stage: Stage, text: string) => stage.network.arrival((message) => message.text === text)

  it('is not decided by a look-up that failed: it is looked up again, and said once', async () => {
    await using stage = await open({ hasHistory: true })
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('lose-answer')
    stage.network.failLookUps(2)
    await alice.say(roomId, 'one')
    for (const delayMs of retryDelaysMs.slice(0, 3)) await stage.clock.fireAfter(delayMs)
    await alice.say(roomId, 'two')
    await arrival(stage, 'two')
    assert.deepEqual(texts(stage), ['one', 'two'])
  })

  it('is not decided by a look-up that failed after a restart', async () => {
    await using stage = await open({ hasHistory: true })
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('lose-answer')
    await alice.say(roomId, 'one')
    while (!stage.clock.waiting.includes(1000)) await new Promise(setImmediate)
    stage.network.failLookUps(1)
    await stage.restartBridge()
    await stage.clock.fireAfter(2000)
    await alice.say(roomId, 'two')
    await arrival(stage, 'two')
    assert.deepEqual(texts(stage), ['one', 'two'])
  })

  it('is not decided by a look-up that the end of the process broke off', async () => {
    await using stage = await open({ hasHistory: true })
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('lose-answer')
    const begun = stage.network.holdLookUp()
    await alice.say(roomId, 'one')
    await stage.clock.fireAfter(1000)
    await begun
    await stage.restartBridge()
    await alice.say(roomId, 'two')
    await arrival(stage, 'two')
    await stage.settled()
    assert.deepEqual(texts(stage), ['one', 'two'])
    const marks = (await alice.history(roomId)).filter(({ content }) => content['is_certain'] === false)
    assert.deepEqual(marks, [])
  })

  it('is told as uncertain when it cannot be looked up, and is looked up on retry', async () => {
    await using stage = await open({ hasHistory: true })
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('lose-answer')
    stage.network.failLookUps(5)
    const id = await alice.say(roomId, 'one')
    await alice.say(roomId, 'two')
    for (const delayMs of retryDelaysMs) await stage.clock.fireAfter(delayMs)
    await arrival(stage, 'two')
    const status = await alice.see(({ type }) => type === 'com.beeper.message_send_status', 'the status')
    assert.equal(status.content['is_certain'], false)
    assert.deepEqual(status.content['m.relates_to'], { rel_type: 'm.reference', event_id: id })
    await alice.say(roomId, '!sim retry')
    await alice.hear('Trying 1 again.')
    await stage.settled()
    await alice.say(roomId, 'three')
    await arrival(stage, 'three')
    assert.deepEqual(texts(stage), ['one', 'two', 'three'])
  })

  it('leaves what others write over there unhindered while it is unknown', async () => {
    await using stage = await open({ hasHistory: true })
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('lose-answer')
    stage.network.failLookUps(5)
    await alice.say(roomId, 'one')
    for (const delayMs of retryDelaysMs) await stage.clock.fireAfter(delayMs)
    await alice.see(({ content }) => String(content['body']).startsWith('⚠ Uncertain'), 'the notice')
    await stage.network.say('garden', 'bert', 'and I?')
    await alice.hear('and I?')
  })
})
