import assert from 'node:assert/strict'
import type { MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('from Matrix to the network', (open) => {
  async function inRoom(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    return { alice, roomId }
  }

  const texts = (stage: Stage) => stage.network.fromMatrix('garden').map(({ text }) => text)
  const arrival = (stage: Stage, text: string) => stage.network.arrival((message) => message.text === text)

  it('opens the chat that an alias names, and relays for somebody without a login', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    assert.ok(stage.network.joined.has('garden'))
    await alice.say(roomId, 'hello')
    const message = await arrival(stage, 'hello')
    assert.equal(message.from, 'relay for alice')
  })

  it('says every line of a message, in order, before the next message', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    await alice.say(roomId, 'one\ntwo\nthree')
    await alice.say(roomId, 'four')
    await arrival(stage, 'four')
    assert.deepEqual(texts(stage), ['one', 'two', 'three', 'four'])
  })

  it('carries edits, replies, reactions, redactions and the topic', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const id = await alice.say(roomId, 'teh')
    await alice.send(roomId, {
      msgtype: 'm.text',
      body: '* the',
      'm.new_content': { msgtype: 'm.text', body: 'the' },
      'm.relates_to': { rel_type: 'm.replace', event_id: id },
    })
    await alice.send(roomId, { msgtype: 'm.text', body: 'so', 'm.relates_to': { 'm.in_reply_to': { event_id: id } } })
    await alice.send(roomId, { 'm.relates_to': { rel_type: 'm.annotation', event_id: id, key: '👍' } }, 'm.reaction')
    await alice.redact(roomId, id)
    await arrival(stage, 'deleted: the')
    assert.deepEqual(texts(stage), ['teh', '* the (was: teh)', '> the / so', '👍 on the', 'deleted: the'])
  })

  it('tries again what the network refuses for now, and lets nothing overtake it', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('refuse-for-now', 'refuse-for-now')
    await alice.say(roomId, 'one')
    await alice.say(roomId, 'two')
    for (const delayMs of [1000, 2000]) {
      while (!stage.clock.waiting.includes(delayMs)) await new Promise(setImmediate)
      assert.deepEqual(texts(stage), [])
      stage.clock.fire()
    }
    await arrival(stage, 'two')
    assert.deepEqual(texts(stage), ['one', 'two'])
  })

  it('parks what the network refuses, says so in the room, goes on, and sends it on retry', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('refuse')
    const id = await alice.say(roomId, 'one')
    await alice.say(roomId, 'two')
    await arrival(stage, 'two')
    const notice = await alice.see(({ content }) => String(content['body']).includes('was not bridged'), 'the notice')
    assert.deepEqual(notice.content['m.relates_to'], { 'm.in_reply_to': { event_id: id } })
    const status = await alice.see(({ type }) => type === 'com.beeper.message_send_status', 'the status')
    assert.equal(status.content['status'], 'FAIL_PERMANENT')
    await alice.say(roomId, '!sim retry')
    await arrival(stage, 'one')
    assert.deepEqual(texts(stage), ['two', 'one'])
  })

  for (const [title, options, expected] of [
    ['finds out that an interrupted message was sent', { hasHistory: true }, ['one', 'two']],
    ['repeats an interrupted message under the same key', { isIdempotent: true }, ['one', 'two']],
  ] as const) {
    it(title, async () => {
      await using stage = await open(options)
      const { alice, roomId } = await inRoom(stage)
      stage.network.fail('lose-answer')
      await alice.say(roomId, 'one')
      while (stage.clock.waiting.length === 0) await new Promise(setImmediate)
      stage.clock.fire()
      await alice.say(roomId, 'two')
      await arrival(stage, 'two')
      assert.deepEqual(texts(stage), expected)
    })
  }

  it('marks a message whose fate nobody can know, and sends it once', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('lose-answer')
    const id = await alice.say(roomId, 'one')
    while (stage.clock.waiting.length === 0) await new Promise(setImmediate)
    stage.clock.fire()
    const status = await alice.see(({ type }) => type === 'com.beeper.message_send_status', 'the status')
    assert.equal(status.content['is_certain'], false)
    assert.equal((status.content['m.relates_to'] as { event_id: string }).event_id, id)
    await alice.say(roomId, 'two')
    await arrival(stage, 'two')
    assert.deepEqual(texts(stage), ['one', 'two'])
    assert.equal((await stage.bridge().backlog()).uncertain, 1)
  })

  it('sends it again where the operator prefers a double to a loss', async () => {
    await using stage = await open({ settings: { uncertain_messages: 'resend' } })
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('lose-answer')
    await alice.say(roomId, 'one')
    while (stage.clock.waiting.length === 0) await new Promise(setImmediate)
    stage.clock.fire()
    await alice.say(roomId, 'two')
    await arrival(stage, 'two')
    assert.deepEqual(texts(stage), ['one', 'one', 'two'])
  })

  it('goes on after a restart with what was left undone', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    stage.network.fail('refuse-for-now')
    await alice.say(roomId, 'one')
    await alice.say(roomId, 'two')
    while (stage.clock.waiting.length === 0) await new Promise(setImmediate)
    await stage.restartBridge()
    await arrival(stage, 'two')
    assert.deepEqual(texts(stage), ['one', 'two'])
  })

  for (const [title, options] of [
    ['a network that knows a repeat', { isIdempotent: true }],
    ['a network that can be asked', { hasHistory: true }],
  ] as const) {
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`)

    /** So that what follows waits, and is prepared together. */
    async function heldBack(stage: Stage): Promise<void> {
      const { alice, roomId } = await inRoom(stage)
      stage.network.fail('refuse-for-now')
      for (const line of lines) await alice.say(roomId, line)
      while (stage.clock.waiting.length === 0) await new Promise(setImmediate)
    }

    it(`keeps the order of what waited, through lost answers, on ${title}`, async () => {
      await using stage = await open(options)
      await heldBack(stage)
      stage.network.fail('lose-answer', 'lose-answer')
      while (!texts(stage).includes('line 39')) {
        stage.clock.fire()
        await new Promise(setImmediate)
      }
      assert.deepEqual(texts(stage), lines)
    })

    it(`sends once what an earlier process had prepared and begun, on ${title}`, async () => {
      await using stage = await open(options)
      await heldBack(stage)
      // The first is tried alone; the fault then meets one of those that were prepared together.
      stage.clock.fire()
      await arrival(stage, 'line 3')
      stage.network.fail('lose-answer')
      while (stage.clock.waiting.length === 0 && !texts(stage).includes('line 39')) await new Promise(setImmediate)
      await stage.restartBridge()
      await arrival(stage, 'line 39')
      await stage.settled()
      assert.deepEqual(texts(stage), lines)
    })
  }
})
