import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type RemoteEvent, type RemoteUserId } from '@pons/core'
import { ManagementRoom, simChat, textDocument, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const bert = { id: remoteUserId('bert'), name: 'bert' }
const carl = { id: remoteUserId('carl'), name: 'carl' }
const chat = simChat('garden')
const timestampMs = 1_700_000_000_000

/** An event of a network whose ids are their senders' choice. */
function by<E extends object>(sender: { id: RemoteUserId; aliases?: RemoteUserId[] }, id: string, event: E) {
  return { chat, timestampMs, id: remoteMessageId(id), idBy: sender.id, sender, ...event }
}

function says(sender: { id: RemoteUserId; aliases?: RemoteUserId[] }, id: string, text: string): RemoteEvent {
  const createPortal = { kind: 'group', name: 'garden', joinRule: 'public' } as const
  return by(sender, id, { kind: 'message', document: textDocument(text), createPortal } as const)
}

onEveryEngine('ids that their senders choose', (open) => {
  async function inRoom(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first')
    await stage.settled()
    return { alice, roomId: await alice.join('#sim_garden:test.local') }
  }

  async function said(stage: Stage, alice: MatrixPerson, roomId: string) {
    await stage.settled()
    return (await alice.history(roomId)).filter(({ type }) => type === 'm.room.message')
  }

  async function bodies(stage: Stage, alice: MatrixPerson, roomId: string): Promise<string[]> {
    return (await said(stage, alice, roomId)).map(({ content }) => String(content['body']))
  }

  it('lead to the message of whoever is meant: replies, reactions, edits and what is taken back', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const { network } = stage
    await network.ingest([says(bert, 'x', 'of bert'), says(carl, 'x', 'of carl')])
    await network.ingest([says(bert, 'x', 'of bert'), says(carl, 'x', 'of carl')])
    assert.deepEqual(await bodies(stage, alice, roomId), ['first', 'of bert', 'of carl'])
    const target = remoteMessageId('x')
    const eventOf = new Map<unknown, string>(
      (await said(stage, alice, roomId)).map(({ content, event_id: id }) => [content['body'], id]),
    )
    for (const [author, text] of [
      [carl, 'of carl'],
      [bert, 'of bert'],
    ] as const) {
      const answer = `an answer to what is ${text}`
      await network.ingest([
        { ...says(bert, `r ${text}`, answer), replyTo: target, replyToAuthor: author.id } as RemoteEvent,
        by(bert, `k ${text}`, { kind: 'reaction', target, targetAuthor: author.id, key: `k ${text}` } as const),
      ])
      await stage.settled()
      const events = await alice.history(roomId)
      const relations = events.map(({ content }) => content['m.relates_to'] as Record<string, unknown> | undefined)
      const reaction = relations.find((relation) => relation?.['key'] === `k ${text}`)
      assert.equal(reaction?.['event_id'], eventOf.get(text))
      const reply = events.find(({ content }) => content['body'] === answer)
      const relation = reply?.content['m.relates_to'] as { 'm.in_reply_to'?: { event_id: string } } | undefined
      assert.equal(relation?.['m.in_reply_to']?.event_id, eventOf.get(text))
    }
    const document = textDocument('mended')
    await network.ingest([
      by(carl, 'e', { kind: 'edit', target, targetAuthor: carl.id, document } as const),
      by(bert, 'e', { kind: 'redaction', target, targetAuthor: bert.id } as const),
      by(bert, 'u', { kind: 'reaction-removal', target, targetAuthor: carl.id } as const),
    ])
    await stage.settled()
    const events = await alice.history(roomId)
    const edit = events.find(({ content }) => content['body'] === '* mended')
    const relation = edit?.content['m.relates_to'] as { event_id: string } | undefined
    assert.equal(relation?.event_id, eventOf.get('of carl'))
    const isTaken = (id: string | undefined) => {
      const left = events.find(({ event_id: one }) => one === id)
      return left !== undefined && left.content['body'] === undefined
    }
    assert.deepEqual([isTaken(eventOf.get('of bert')), isTaken(eventOf.get('of carl'))], [true, false])
    const left = events.filter(({ type, content }) => type === 'm.reaction' && content['m.relates_to'] !== undefined)
    assert.deepEqual(
      left.map(({ content }) => (content['m.relates_to'] as { key: string }).key),
      ['k of bert'],
    )
  })

  it('what is said in the bridge’s own name is two things, too', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const notices = [bert, carl].map(({ id, name }) => {
      const notice = { kind: 'notice', text: `${name} voted` } as const
      return { chat, timestampMs, id: remoteMessageId('x'), idBy: id, ...notice }
    })
    await stage.network.ingest(notices)
    assert.deepEqual(await bodies(stage, alice, roomId), ['first', 'bert voted', 'carl voted'])
  })

  it('are one person’s, under whichever of their addresses', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const { network } = stage
    const phone = remoteUserId('bert-by-phone')
    await network.ingest(says({ ...bert, id: phone }, 'x', 'of bert'))
    await network.ingest(says({ ...bert, aliases: [phone] }, 'x', 'of bert'))
    await network.ingest(says(bert, 'x', 'of bert'))
    await network.ingest(says({ ...bert, id: phone }, 'x', 'of bert'))
    assert.deepEqual(await bodies(stage, alice, roomId), ['first', 'of bert'])
    const document = textDocument('mended')
    const edit = { kind: 'edit', target: remoteMessageId('x'), targetAuthor: bert.id, document } as const
    await network.ingest(by(bert, 'e', edit))
    assert.deepEqual(await bodies(stage, alice, roomId), ['first', 'of bert', '* mended'])
  })

  it('of what an earlier version stored are found, and are nobody else’s', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const { network } = stage
    const withoutAuthor = (event: RemoteEvent): RemoteEvent => {
      const { idBy: _none, ...rest } = event
      return rest
    }
    await network.ingest(withoutAuthor(says(bert, 'x', 'of bert')))
    await stage.settled()
    await network.ingest([says(bert, 'x', 'of bert'), says(carl, 'x', 'of carl'), says(carl, 'x', 'of carl')])
    assert.deepEqual(await bodies(stage, alice, roomId), ['first', 'of bert', 'of carl'])
    assert.ok(await network.host.isKnown(chat, 'x', bert.id))
    const document = textDocument('mended')
    const edit = { kind: 'edit', target: remoteMessageId('x'), targetAuthor: bert.id, document } as const
    await network.ingest([withoutAuthor(by(bert, 'e', edit)), by(bert, 'e', edit)])
    assert.deepEqual(await bodies(stage, alice, roomId), ['first', 'of bert', 'of carl', '* mended'])
  })

  it('that one of ours has are not taken for ours when somebody else chose them', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const room = await ManagementRoom.open(alice, 'simbot')
    await room.ask('login password', 'Name?')
    await room.ask('ally', 'Password?')
    await room.ask('secret', 'Logged in as ally')
    await alice.say(roomId, 'mine')
    const { id } = await stage.network.arrival(({ text }) => text === 'mine')
    await stage.settled()
    const ally = { id: remoteUserId('ally'), name: 'ally' }
    await stage.network.ingest([says(ally, id, 'mine'), says(carl, id, 'of carl'), says(bert, 'y', 'of bert')])
    assert.deepEqual(await bodies(stage, alice, roomId), ['first', 'mine', 'of carl', 'of bert'])
    const react = { kind: 'reaction', target: remoteMessageId(id), targetAuthor: ally.id, key: '👍' } as const
    await stage.network.ingest(by(carl, 'k', react))
    await stage.settled()
    const events = await alice.history(roomId)
    const reaction = events.find(({ type }) => type === 'm.reaction')?.content['m.relates_to']
    const mine = events.find(({ content }) => content['body'] === 'mine')
    assert.equal((reaction as { event_id: string } | undefined)?.event_id, mine?.event_id)
  })
})
