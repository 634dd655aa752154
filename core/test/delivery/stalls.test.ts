import assert from 'node:assert/strict'
import { MetricsRegistry } from '@pons/core'
import { onEveryEngine } from '../support.ts'

onEveryEngine('an action that gets no answer', (open) => {
  it('is said to its room, the metrics and the health, keeps its place, and is said to have arrived', async () => {
    const metrics = new MetricsRegistry()
    await using stage = await open({ metrics })
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    const release = stage.network.hold()
    const id = await alice.say(roomId, 'one')
    await alice.say(roomId, 'two')
    assert.deepEqual(stage.bridge().stalls(), [])
    // Preparing it is watched, too: it is the network's answer that is to be missing.
    while (!stage.network.isHolding) await new Promise(setImmediate)
    await stage.clock.fireAfter(60_000)
    const status = await alice.see(({ type }) => type === 'com.beeper.message_send_status', 'the status')
    assert.equal(status.content['status'], 'PENDING')
    await alice.see(({ content }) => String(content['body']).startsWith('⏳'), 'the notice')
    assert.deepEqual(
      stage
        .bridge()
        .stalls()
        .map(({ eventId, direction }) => ({ eventId, direction })),
      [{ eventId: id, direction: 'to-network' }],
    )
    assert.match(await metrics.registry.metrics(), /bridge_stalled\{network="sim"\} 1/)
    assert.equal((await stage.bridge().backlog()).stalled, 1)
    release()
    await stage.network.arrival(({ text }) => text === 'two')
    await alice.see(({ content }) => content['status'] === 'SUCCESS', 'the success')
    assert.deepEqual(
      stage.network.fromMatrix('garden').map(({ text }) => text),
      ['one', 'two'],
    )
    assert.deepEqual(stage.bridge().stalls(), [])
    assert.match(await metrics.registry.metrics(), /bridge_stalled\{network="sim"\} 0/)
  })
})
