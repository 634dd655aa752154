import assert from 'node:assert/strict'
import { remoteMessageId, remoteUserId, type ChatKey, type RemoteEvent, type RemoteUser } from '@pons/core'
import { simChat, textDocument, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('people and chats under several ids', (open) => {
  const number: RemoteUser = { id: remoteUserId('555'), name: 'Bert' }
  const opaque: RemoteUser = { id: remoteUserId('lid-1'), name: 'Bert', aliases: [remoteUserId('555')] }

  function message(id: string, sender: RemoteUser, text: string, chat: ChatKey = simChat('garden')): RemoteEvent {
    return {
      kind: 'message',
      chat,
      id: remoteMessageId(id),
      timestampMs: 1_700_000_000_000,
      sender,
      document: textDocument(text),
      createPortal: { kind: 'group', name: 'a chat', joinRule: 'public' },
    }
  }

  async function inRoom(
    stage: Stage,
    first: RemoteEvent,
    chat = 'garden',
  ): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    await stage.network.ingest(first)
    await stage.settled()
    return { alice, roomId: await alice.join(`#sim_${chat}:test.local`) }
  }

  const senders = async (alice: MatrixPerson, roomId: string): Promise<string[]> =>
    (await alice.history(roomId)).filter(({ type }) => type === 'm.room.message').map(({ sender }) => sender)

  it('keeps the ghost a person has when they turn up under another id', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage, message('a', number, 'under the number'))
    await stage.network.ingest(message('b', opaque, 'under the other id'))
    await stage.network.ingest(message('c', { id: opaque.id }, 'without saying so'))
    await alice.hear('without saying so')
    assert.deepEqual(new Set(await senders(alice, roomId)), new Set(['@sim_555:test.local']))
    await stage.restartBridge()
    await stage.network.ingest(message('d', { id: opaque.id }, 'after a restart'))
    const event = await alice.hear('after a restart')
    assert.equal(event.sender, '@sim_555:test.local')
  })

  it('makes one of two ghosts when it turns out that they are one person', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage, message('a', number, 'under the number'))
    await stage.network.ingest(message('b', { id: opaque.id, name: 'Bert' }, 'under the other id'))
    await alice.hear('under the other id')
    await stage.network.ingest(message('c', opaque, 'as one'))
    const event = await alice.hear('as one')
    assert.equal(event.sender, '@sim_lid-1:test.local')
    const gone = await alice.see(
      ({ type, state_key: who, content }) =>
        type === 'm.room.member' && who === '@sim_555:test.local' && content['membership'] === 'leave',
      'the other ghost leaving',
    )
    assert.equal(gone.room_id, roomId)
  })

  it('goes on in the same room when a chat goes on under another id', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage, message('a', number, 'in the old chat'))
    const moved = simChat('meadow')
    await stage.network.ingest({ ...message('b', number, 'in the new chat', moved), chatAliases: [simChat('garden')] })
    assert.equal((await alice.hear('in the new chat')).room_id, roomId)
    // What still comes under the old id lands there as well, and what is said goes out under the new one.
    await stage.network.ingest(message('c', number, 'late, under the old id'))
    assert.equal((await alice.hear('late, under the old id')).room_id, roomId)
    await alice.say(roomId, 'an answer')
    const arrived = await stage.network.arrival(({ text }) => text === 'an answer')
    assert.equal(arrived.chat, 'meadow')
  })

  it('joins two portals that turn out to be one chat, with what was said in both', async () => {
    await using stage = await open()
    const { alice, roomId } = await inRoom(stage, message('a', number, 'in the one'))
    const other = simChat('meadow')
    await stage.network.ingest(message('b', number, 'in the other', other))
    await stage.settled()
    const otherRoom = await alice.join('#sim_meadow:test.local')
    await stage.network.host.ingest([], { links: [{ chat: other, aliases: [simChat('garden')] }] })
    await stage.network.ingest(message('c', number, 'after they were joined'))
    assert.equal((await alice.hear('after they were joined')).room_id, otherRoom)
    // A repeat of what came before is known still, whichever portal had it.
    await stage.network.ingest(message('a', number, 'in the one'))
    await stage.network.ingest(message('d', number, 'the end', other))
    await alice.hear('the end')
    const bodies = alice.events.map(({ content }) => content['body'])
    assert.equal(bodies.filter((body) => body === 'in the one').length, 1)
    assert.notEqual(roomId, otherRoom)
    await alice.say(otherRoom, 'an answer')
    assert.equal((await stage.network.arrival(({ text }) => text === 'an answer')).chat, 'meadow')
  })
})
