import assert from 'node:assert/strict'
import { type RemoteEvent } from '@pons/core'
import { chatKeyOf, loginIdOf, type Jid } from '../src/ids.ts'
import { Pictures } from '../src/pictures.ts'
import { startAdapter } from './support.ts'

const group: Jid = '120363000000000001@g.us'
const person = (number: number): Jid => `9${String(number).padStart(14, '0')}@lid`

describe('pictures of people who are met in groups', () => {
  it('are asked for one at a time, with a pause in between, and each once', async () => {
    const asked: Jid[] = []
    const pauses: (() => void)[] = []
    const pictures = new Pictures({
      isKnown: (one) => one === person(3),
      ask: async (one) => void asked.push(one),
      pause: async () => await new Promise<void>((resolve) => pauses.push(resolve)),
      onError: (error) => assert.fail(String(error)),
    })
    for (const number of [1, 2, 3, 2, 1]) pictures.want(person(number), group)
    const settled = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve))
    await settled()
    assert.deepEqual(asked, [person(1)])
    pauses.shift()?.()
    await settled()
    assert.deepEqual(asked, [person(1), person(2)])
    pauses.shift()?.()
    await settled()
    pictures.want(person(1), group)
    pictures.changed(person(2))
    pictures.want(person(2), group)
    await settled()
    assert.deepEqual(asked, [person(1), person(2), person(2)])
  })

  it('are theirs from then on, also after a restart, and those of a private chat, too', async () => {
    await using adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ name: 'Ada', phone: '15550000001' })
    const bob = server.addPerson({ name: 'Bob', phone: '15550000002' })
    const friends = server.addGroup('Friends', [ada, bob])
    await server.world.setPicture(bob, Buffer.from('of Bob'))
    const client = await adapter.connect(ada)
    await client.chatSnapshot(chatKeyOf(friends.jid as Jid, loginIdOf({ phone: ada.pn as Jid, lid: ada.lid as Jid })))
    const heard = async (text: string) => {
      await server.world.say(bob, friends, text)
      const event = await adapter.host.waitFor(
        (one) => one.kind === 'message' && JSON.stringify(one.document).includes(text),
      )
      assert.ok(event.kind === 'message')
      return event.sender
    }
    assert.equal((await heard('first')).avatar, undefined)
    const isShown = (one: RemoteEvent) =>
      one.kind === 'membership' && one.user.id === bob.lid && Boolean(one.user.avatar)
    const shown = await adapter.host.waitFor(isShown)
    assert.ok(shown.kind === 'membership' && shown.change === 'join')
    const avatar = shown.user.avatar
    assert.ok(avatar)
    assert.deepEqual((await heard('second')).avatar, avatar)
    await client.disconnect()
    await adapter.restart()
    assert.deepEqual((await heard('third')).avatar, avatar)
    const fetched = await adapter.connector.handlers.media?.(avatar.source)
    assert.equal(Buffer.from(fetched?.bytes ?? []).toString(), 'of Bob')
    assert.deepEqual(server.violations, [])
  })
})
