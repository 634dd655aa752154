import assert from 'node:assert/strict'
import type { MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

/** A network on which a person's reaction takes the place of their one before. */
onEveryEngine('a reaction that takes the place of another', (open) => {
  const options = { reactions: ['👍', '👎'] }
  const arrival = (stage: Stage, text: string) => stage.network.arrival((message) => message.text === text)

  async function reacted(stage: Stage) {
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    const id = await alice.say(roomId, 'rain')
    const first = await react(alice, roomId, id, '👍')
    await arrival(stage, '👍 on rain')
    await stage.settled()
    return { alice, roomId, id, first }
  }

  async function react(alice: MatrixPerson, roomId: string, id: string, key: string): Promise<string> {
    const relation = { rel_type: 'm.annotation', event_id: id, key }
    return await alice.send(roomId, { 'm.relates_to': relation }, 'm.reaction')
  }

  async function isThere(alice: MatrixPerson, roomId: string, eventId: string): Promise<boolean> {
    const event = (await alice.history(roomId)).find(({ event_id: id }) => id === eventId)
    assert.ok(event !== undefined)
    return Object.keys(event.content).length > 0
  }

  it('leaves it where it is when the network does not take the new one', async () => {
    await using stage = await open(options)
    const { alice, roomId, id, first } = await reacted(stage)
    await react(alice, roomId, id, '🎉')
    await alice.see(({ content }) => String(content['body']).includes('no reaction'), 'the notice')
    assert.ok(await isThere(alice, roomId, first))
  })

  it('is stored before the room is changed for it, and goes on from there after a stop', async () => {
    let isHanging = false
    const begun = Promise.withResolvers<void>()
    await using stage = await open({
      ...options,
      between({ url, signal }) {
        if (!isHanging || !url.includes('/redact/')) return undefined
        begun.resolve()
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
        })
      },
    })
    const { alice, roomId, id, first } = await reacted(stage)
    isHanging = true
    const second = await react(alice, roomId, id, '👎')
    await begun.promise
    const sql = 'select state from bridge_outbox where event_id = $1'
    assert.deepEqual(await stage.database.all(sql, second), [{ state: 0 }], 'it is prepared, and not on its way')
    assert.ok(await isThere(alice, roomId, first))
    const restarted = stage.restartBridge()
    isHanging = false
    await restarted
    await arrival(stage, '👎 on rain')
    await stage.settled()
    assert.ok(!(await isThere(alice, roomId, first)))
    assert.ok(await isThere(alice, roomId, second))
    assert.equal(stage.network.fromMatrix('garden').filter(({ text }) => text === '👎 on rain').length, 1)
  })
})
