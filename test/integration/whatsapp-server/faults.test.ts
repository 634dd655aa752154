import assert from 'node:assert/strict'
import type { Group, Person } from '../../src/whatsapp/index.ts'
import { ping } from './raw.ts'
import { delivered, useStage, type Stage } from './stage.ts'

/** What the client shows of one message: `undefined` for a message that it could not read yet. */
function shownOf({ client }: Stage, id: string): (string | undefined)[] {
  return client
    .messages()
    .filter(({ key }) => key.id === id)
    .map(({ message }) => message?.conversation ?? undefined)
}

/** As the friend has it. */
const chats: [name: string, chatFor: (stage: Stage) => Person | Group][] = [
  ['a private chat', ({ owner }) => owner],
  ['a group', ({ group }) => group],
]

describe('what goes wrong with messages that the WhatsApp server pushes', () => {
  const stage = useStage()

  it('in a private chat: one comes twice, and is shown once', async () => {
    const { server, friend, owner, client } = stage()
    server.faults.onPush('repeat')
    const { id } = await server.world.say(friend, owner, 'once')
    await client.text('once')
    await server.until(() => server.refused[0], 'the second refused')
    await server.world.say(friend, owner, 'afterwards')
    await client.text('afterwards')
    assert.deepEqual(shownOf(stage(), id), ['once'])
    // It cannot be read again: 487 says that its key was used before.
    assert.deepEqual(server.refused, [`15550000001:1@s.whatsapp.net ${id} 487`])
    await delivered(stage())
  })

  it('in a group: one comes twice; this client asks for it again, and shows it again under the same id', async () => {
    const { server, friend, group, client } = stage()
    server.faults.onPush('repeat')
    const { id } = await server.world.say(friend, group, 'once to all')
    await client.message(() => shownOf(stage(), id).length === 3, 'for the second time')
    // A bridge must know messages by their ids. The day this fails the client does so itself.
    assert.deepEqual(shownOf(stage(), id), ['once to all', undefined, 'once to all'])
    await server.world.say(friend, group, 'afterwards to all')
    await client.text('afterwards to all')
    await delivered(stage())
  })

  it('in a private chat: one is overtaken by the next', async () => {
    const { server, friend, owner, client } = stage()
    const start = client.texts().length
    server.faults.onPush('withhold')
    for (const text of ['first', 'second', 'third']) await server.world.say(friend, owner, text)
    await client.text('third')
    assert.deepEqual(client.texts().slice(start), ['second', 'first', 'third'])
    await delivered(stage())
  })

  it('in a group: one is overtaken by the next; this client cannot read it until it comes again', async () => {
    const { server, friend, group, client } = stage()
    await server.world.say(friend, group, 'with the key')
    await client.text('with the key')
    const start = client.texts().length
    server.faults.onPush('withhold')
    const { id } = await server.world.say(friend, group, 'first to all')
    await server.world.say(friend, group, 'second to all')
    await client.text('first to all')
    assert.deepEqual(client.texts().slice(start), ['second to all', 'first to all'])
    // It does not revive the keys that it keeps for such messages. The day this fails it does.
    assert.deepEqual(shownOf(stage(), id), [undefined, 'first to all'])
    await delivered(stage())
  })

  for (const [name, chatFor] of chats) {
    it(`in ${name}: one is corrupt, is asked for again and read`, async () => {
      const { server, friend, client } = stage()
      const text = `mended in ${name}`
      server.faults.onPush('corrupt')
      const { id } = await server.world.say(friend, chatFor(stage()), text)
      await client.text(text)
      assert.deepEqual(shownOf(stage(), id), [undefined, text])
      await server.world.say(friend, chatFor(stage()), `after ${text}`)
      await client.text(`after ${text}`)
      await delivered(stage())
    })
  }

  it('each fault befalls one message, in the order they were asked for', async () => {
    const { server, friend, owner, client } = stage()
    const start = client.texts().length
    const refused = server.refused.length
    server.faults.onPush('withhold', 'repeat')
    const ids: string[] = []
    for (const text of ['one', 'two', 'three']) ids.push((await server.world.say(friend, owner, text)).id)
    await client.text('three')
    assert.deepEqual(client.texts().slice(start), ['two', 'one', 'three'])
    await server.until(() => server.refused[refused], 'the repeated one refused')
    assert.deepEqual(server.refused.slice(refused), [`15550000001:1@s.whatsapp.net ${ids[1]} 487`])
    await delivered(stage())
  })
})

describe('what goes wrong with messages that the WhatsApp server accepts', () => {
  const stage = useStage()

  async function acksDuring(act: () => Promise<unknown>): Promise<unknown[]> {
    const { client } = stage()
    const acks: unknown[] = []
    const note = ({ attrs }: { attrs: { id: string } }): number => acks.push(attrs.id)
    client.socket.ws.on('CB:ack,class:message', note)
    await act()
    // The server deals with one after the other: what it has not answered before this, it never will.
    await ping(client)
    client.socket.ws.off('CB:ack,class:message', note)
    return acks
  }

  it('an ack is swallowed, and the message has come all the same', async () => {
    const { server, friend, owner, client } = stage()
    server.faults.onAccept('swallow-ack')
    const swallowed = await acksDuring(() => client.send(friend.lid, { text: 'without ack' }))
    assert.deepEqual(swallowed, [])
    await server.until(() => friend.seen(owner).find(({ text }) => text === 'without ack'), 'the message')
    const acked = await acksDuring(() => client.send(friend.lid, { text: 'with ack' }, { messageId: '3EB0FEEDFEED' }))
    assert.deepEqual(acked, ['3EB0FEEDFEED'])
  })

  it('the connection drops before the ack, and a message sent again is shown once', async () => {
    const { server, friend, owner, client } = stage()
    server.faults.onAccept('drop-before-ack')
    const { key } = await client.send(friend.lid, { text: 'sent twice' })
    assert.equal(await client.closed(), 428)
    await server.until(() => friend.seen(owner).find(({ text }) => text === 'sent twice'), 'the message')
    const again = await client.again()
    stage().client = again
    await again.send(friend.lid, { text: 'sent twice' }, { messageId: key.id ?? '' })
    await again.send(friend.lid, { text: 'and no more' })
    await server.until(() => friend.seen(owner).find(({ text }) => text === 'and no more'), 'the next one')
    const texts = friend.seen(owner).map(({ text }) => text)
    assert.deepEqual(texts.slice(-2), ['sent twice', 'and no more'])
    assert.equal(texts.filter((text) => text === 'sent twice').length, 1)
  })
})
