import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type RemoteEvent } from '@pons/core'
import { messageEvent, simChat, textDocument, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const hourMs = 3_600_000

function passing(id: string, text: string, what: { disappearsAtMs?: number; isViewOnce?: true }): RemoteEvent {
  return { ...messageEvent({ id, chat: 'garden', from: 'bert', text }), ...what } as RemoteEvent
}

function edit(id: string, target: string, text: string): RemoteEvent {
  return {
    kind: 'edit',
    chat: simChat('garden'),
    id: remoteMessageId(id),
    timestampMs: Date.now(),
    sender: { id: remoteUserId('bert'), name: 'bert' },
    target: remoteMessageId(target),
    document: textDocument(text),
  }
}

onEveryEngine('a message that disappears', (open) => {
  async function enter(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    return { alice, roomId: await alice.join('#sim_garden:test.local') }
  }

  /** Lets so much time go by. */
  async function later(stage: Stage, ms: number): Promise<void> {
    stage.clock.advance(ms)
    stage.clock.fire()
    await stage.settled()
  }

  const bodies = async (alice: MatrixPerson, roomId: string): Promise<unknown[]> =>
    (await alice.history(roomId))
      .filter(({ type }) => type === 'm.room.message')
      .map(({ content }) => content['body'] ?? null)

  it('says for how long it stays, and goes when its time has come, not before, with what it was edited to', async () => {
    await using stage = await open()
    const { alice, roomId } = await enter(stage)
    const event = passing('s1', 'secret', { disappearsAtMs: 1_700_000_000_000 + hourMs })
    const atMs = Date.now() + hourMs
    await stage.network.ingest([{ ...event, timestampMs: Date.now(), disappearsAtMs: atMs } as RemoteEvent])
    const heard = await alice.hear('secret', roomId)
    assert.equal((heard.content['com.beeper.disappearing_timer'] as { type: string }).type, 'after_send')
    await stage.network.ingest([edit('e1', 's1', 'more secret'), edit('e2', 's1', 'most secret')])
    await stage.network.say('garden', 'bert', 'the end')
    await alice.hear('the end', roomId)
    await stage.settled()
    await later(stage, hourMs / 2)
    assert.deepEqual(await bodies(alice, roomId), ['first', 'secret', '* more secret', '* most secret', 'the end'])
    await later(stage, hourMs)
    assert.deepEqual(await bodies(alice, roomId), ['first', null, null, null, 'the end'])
    const db = stage.homeserver.services.database
    const kept = await db.all<{ body: string }>(`select body from bridge_message where remote_id = 's1'`)
    assert.deepEqual(kept, [{ body: '' }])
    assert.deepEqual(await db.all('select event_id from bridge_disappearing'), [])
    await stage.network.ingest(edit('e3', 's1', 'secret again'))
    await stage.settled()
    assert.ok(!(await bodies(alice, roomId)).some((body) => String(body).includes('again')))
  })

  it('goes at the start where it became due while the bridge was away', async () => {
    await using stage = await open()
    const { alice, roomId } = await enter(stage)
    await stage.network.ingest(passing('s1', 'secret', { disappearsAtMs: Date.now() + hourMs }))
    await alice.hear('secret', roomId)
    await stage.settled()
    stage.clock.advance(2 * hourMs)
    await stage.restartBridge()
    await stage.settled()
    assert.deepEqual(await bodies(alice, roomId), ['first', null])
  })

  it('goes, too, where it came from here, and nothing of it stays in the queues', async () => {
    await using stage = await open()
    const { alice, roomId } = await enter(stage)
    stage.network.disappearAfterMs = hourMs
    await alice.say(roomId, 'my secret')
    await stage.network.arrival(({ text }) => text === 'my secret')
    await stage.settled()
    await later(stage, 2 * hourMs)
    assert.deepEqual(await bodies(alice, roomId), ['first', null])
    const db = stage.homeserver.services.database
    const rows = await db.all<{ action: string }>('select action from bridge_outbox')
    assert.ok(rows.length > 0 && rows.every(({ action }) => !action.includes('secret')))
    // The redaction is ours, and asks nothing of the network.
    assert.ok(!stage.network.messages.some(({ text }) => text.startsWith('deleted')))
  })

  it('has the time that comes back with it, where the answer named none', async () => {
    await using stage = await open()
    const { alice, roomId } = await enter(stage)
    await alice.say(roomId, 'my secret')
    const { id } = await stage.network.arrival(({ text }) => text === 'my secret')
    await stage.settled()
    const echo = messageEvent({ id, chat: 'garden', from: 'relay', text: 'my secret' })
    await stage.network.ingest({ ...echo, disappearsAtMs: Date.now() + hourMs } as RemoteEvent)
    await stage.settled()
    await later(stage, 2 * hourMs)
    assert.deepEqual(await bodies(alice, roomId), ['first', null])
  })

  it('is taken away when the homeserver can be asked again', async () => {
    let isDown = false
    await using stage = await open({
      between: ({ url }) =>
        isDown && url.includes('/redact/') ? { status: 500, headers: {}, body: { errcode: 'M_UNKNOWN' } } : undefined,
    })
    const { alice, roomId } = await enter(stage)
    await stage.network.ingest(passing('s1', 'secret', { disappearsAtMs: Date.now() + hourMs }))
    await alice.hear('secret', roomId)
    await stage.settled()
    isDown = true
    await later(stage, 2 * hourMs)
    assert.deepEqual(await bodies(alice, roomId), ['first', 'secret'])
    isDown = false
    await later(stage, 2000)
    assert.deepEqual(await bodies(alice, roomId), ['first', null])
  })

  it('is taken away by its ghost where the bot may not, and later where nobody may', async () => {
    let who = 'user_id='
    await using stage = await open({
      between: ({ url }) =>
        url.includes('/redact/') && !url.includes(who)
          ? { status: 403, headers: {}, body: { errcode: 'M_FORBIDDEN', error: 'no' } }
          : undefined,
    })
    const { alice, roomId } = await enter(stage)
    await stage.network.ingest(passing('s1', 'secret', { disappearsAtMs: Date.now() + hourMs }))
    await alice.hear('secret', roomId)
    await stage.settled()
    await later(stage, 2 * hourMs)
    assert.deepEqual(await bodies(alice, roomId), ['first', null])
    who = 'nobody'
    await stage.network.ingest(passing('s2', 'other secret', { disappearsAtMs: Date.now() }))
    await alice.hear('other secret', roomId)
    await later(stage, 1)
    assert.deepEqual(await bodies(alice, roomId), ['first', null, 'other secret'])
    who = ''
    await later(stage, 25 * hourMs)
    assert.deepEqual(await bodies(alice, roomId), ['first', null, null])
  })

  it('goes also on a homeserver that lists no relations', async () => {
    await using stage = await open({
      between: ({ url }) =>
        url.includes('/relations/')
          ? { status: 400, headers: {}, body: { errcode: 'M_UNRECOGNIZED', error: 'no' } }
          : undefined,
    })
    const { alice, roomId } = await enter(stage)
    await stage.network.ingest(passing('s1', 'secret', { disappearsAtMs: Date.now() + hourMs }))
    await alice.hear('secret', roomId)
    await stage.settled()
    await later(stage, 2 * hourMs)
    assert.deepEqual(await bodies(alice, roomId), ['first', null])
  })

  it('shows media to be seen once with a mark, for a day at most', async () => {
    await using stage = await open()
    const { alice, roomId } = await enter(stage)
    await stage.network.ingest(passing('s1', 'look', { isViewOnce: true }))
    await alice.hear('👁 To be seen once\n\nlook', roomId)
    await stage.settled()
    await later(stage, 25 * hourMs)
    assert.deepEqual(await bodies(alice, roomId), ['first', null])
  })

  it('leaves such media out where the settings say so', async () => {
    await using stage = await open({ settings: { view_once: 'remove' } })
    const { alice, roomId } = await enter(stage)
    const event = { ...passing('s1', 'look', { isViewOnce: true }), raw: { look: true } } as RemoteEvent
    await stage.network.ingest(event)
    const heard = await alice.hear('[something to be seen once, on Sim only]', roomId)
    assert.ok(!JSON.stringify(heard.content).includes('look'))
  })

  it('has its timer in the room, for clients that show it', async () => {
    await using stage = await open()
    const { alice, roomId } = await enter(stage)
    const timerOf = async (): Promise<unknown> =>
      await alice.request('GET', `/_matrix/client/v3/rooms/${roomId}/state/com.beeper.disappearing_timer`)
    const changed = (id: string, disappearAfterMs: number): RemoteEvent => ({
      kind: 'chat-info',
      chat: simChat('garden'),
      id: remoteMessageId(id),
      timestampMs: Date.now(),
      changes: { disappearAfterMs },
    })
    await stage.network.ingest(changed('t1', 86_400_000))
    await stage.settled()
    assert.deepEqual(await timerOf(), { type: 'after_send', timer: 86_400_000 })
    await stage.network.ingest(changed('t2', 0))
    await stage.settled()
    assert.deepEqual(await timerOf(), {})
  })
})
