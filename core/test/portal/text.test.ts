import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type RemoteEvent } from '@pons/core'
import { simChat, textDocument, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

const hostile = [
  { what: 'NUL', text: 'a\0b', shown: 'a\ufffdb' },
  { what: 'half of a surrogate pair', text: 'a\ud83d', shown: 'a\ufffd' },
]
const long = '0123456789'.repeat(900)

onEveryEngine('text that nobody takes stalls no lane', (open) => {
  async function inRoom(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    await stage.network.say('garden', 'bert', 'first', 'first')
    await stage.settled()
    return { alice, roomId: await alice.join('#sim_garden:test.local') }
  }

  const bert = { id: remoteUserId('bert'), name: 'bert' }

  function base(id: string) {
    return { chat: simChat('garden'), id: remoteMessageId(id), timestampMs: 1_700_000_000_000 }
  }

  /** Nothing waits to be tried again, nothing was given up, and the next line arrives. */
  async function goesOn(stage: Stage, alice: MatrixPerson, roomId: string): Promise<void> {
    await stage.settled()
    const { parked, journal, inbox } = await stage.bridge().backlog()
    assert.deepEqual({ parked, journal, inbox }, { parked: 0, journal: 0, inbox: 0 })
    await stage.network.say('garden', 'bert', 'the next line')
    await alice.hear('the next line', roomId)
    await alice.say(roomId, 'an answer')
    await stage.network.arrival(({ text }) => text === 'an answer')
  }

  for (const { what, text, shown } of hostile) {
    it(`${what} in anything from the network`, async () => {
      await using stage = await open()
      const { alice, roomId } = await inRoom(stage)
      const first = remoteMessageId('first')
      const events: RemoteEvent[] = [
        { ...base(`m ${text}`), kind: 'message', sender: bert, document: textDocument(text) },
        { ...base('e'), kind: 'edit', sender: bert, target: first, document: textDocument(`edited ${text}`) },
        { ...base('r'), kind: 'reaction', sender: bert, target: first, key: text },
        { ...base('n'), kind: 'notice', text },
        { ...base('j'), kind: 'membership', user: { id: remoteUserId(`u${text}`), name: text }, change: 'join' },
        { ...base('c'), kind: 'chat-info', sender: bert, changes: { name: text, topic: `topic ${text}` } },
        { ...base('x'), kind: 'redaction', sender: bert, target: first, reason: text },
        { ...base('k'), kind: 'membership', user: bert, change: 'kick', by: bert, reason: text },
      ]
      for (const event of events) await stage.network.ingest(event)
      await alice.hear(shown, roomId)
      await alice.see(
        ({ type, content }) => type === 'm.room.topic' && content['topic'] === `topic ${shown}`,
        'the topic',
      )
      await alice.see(({ type, content }) => type === 'm.room.member' && content['displayname'] === shown, 'the name')
      await goesOn(stage, alice, roomId)
    })

    it(`${what} in an id, which is the same id again`, async () => {
      await using stage = await open()
      const { alice, roomId } = await inRoom(stage)
      for (let round = 0; round < 2; round++) await stage.network.say('garden', `w${text}`, 'said once', `id${text}`)
      await goesOn(stage, alice, roomId)
      const said = (await alice.history(roomId)).filter(({ content }) => content['body'] === 'said once')
      assert.equal(said.length, 1)
    })
  }

  it('NUL in anything from Matrix', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    await alice.say(roomId, 'a\0b')
    await stage.network.arrival(({ text }) => text === 'a\ufffdb')
    const [first] = (await alice.history(roomId)).filter(({ content }) => content['body'] === 'first')
    const relation = { rel_type: 'm.annotation', event_id: first?.event_id, key: 'k\0y' }
    await alice.send(roomId, { 'm.relates_to': relation }, 'm.reaction')
    await alice.setState(roomId, 'm.room.member', { membership: 'join', displayname: 'A\0lice' }, alice.userId)
    await alice.say(roomId, 'under another name')
    await stage.network.arrival(({ text }) => text === 'under another name')
    await goesOn(stage, alice, roomId)
  })

  it('ids, reactions and names of thousands of characters', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    for (let round = 0; round < 2; round++) await stage.network.say('garden', 'bert', 'of a long id', `id ${long}`)
    const target = remoteMessageId('first')
    await stage.network.ingest({ ...base('r'), kind: 'reaction', sender: bert, target, key: long })
    const [first] = (await alice.history(roomId)).filter(({ content }) => content['body'] === 'first')
    const relation = { rel_type: 'm.annotation', event_id: first?.event_id, key: long }
    await alice.send(roomId, { 'm.relates_to': relation }, 'm.reaction')
    await stage.network.ingest({ ...base('t'), kind: 'reaction-removal', sender: bert, target, key: long })
    await goesOn(stage, alice, roomId)
    const events = await alice.history(roomId)
    assert.equal(events.filter(({ content }) => content['body'] === 'of a long id').length, 1)
    assert.equal(events.filter(({ type }) => type === 'm.room.redaction').length, 1)
  })

  it('a text that is cut in the middle of an emoji', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    const body = `${'x'.repeat(1999)}😀 and more`
    await stage.network.say('garden', 'bert', body)
    await alice.hear(body, roomId)
    await alice.say(roomId, `${body}!`)
    const large = `${'y'.repeat(1999)}${'😀'.repeat(40_000)}`
    await stage.network.say('garden', 'bert', large)
    await goesOn(stage, alice, roomId)
  })

  it('times that are none', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage)
    for (const [index, timestampMs] of [NaN, Infinity, -1, 1.5, 2 ** 60].entries()) {
      const event = {
        ...base(`t${index}`),
        kind: 'message',
        sender: bert,
        document: textDocument(`at ${index}`),
      } as const
      await stage.network.ingest({ ...event, timestampMs })
      await alice.hear(`at ${index}`, roomId)
    }
    await goesOn(stage, alice, roomId)
  })
})
