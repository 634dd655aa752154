import assert from 'node:assert/strict'
import { proto } from '@whiskeysockets/baileys'
import { useStage } from './stage.ts'

describe('private chats on the WhatsApp server', () => {
  const stage = useStage()

  it('carries text both ways, by either address', async () => {
    const { server, owner, friend, client } = stage()
    await server.world.say(friend, owner, 'hello')
    const heard = await client.text('hello')
    assert.deepEqual([heard.key.remoteJid, heard.key.remoteJidAlt], [friend.lid, friend.pn])
    assert.equal(heard.pushName, 'Friend')
    for (const jid of [friend.lid, friend.pn]) {
      await client.send(jid, { text: `to ${jid}` })
      const isIt = ({ text }: { text: string }): boolean => text === `to ${jid}`
      const seen = await server.until(() => friend.seen(owner).find(isIt), jid)
      assert.equal(seen.author, owner)
      assert.ok(owner.seen(friend).some(isIt), 'the own phone shows it')
    }
  })

  it('tells of arrival and of reading, both ways', async () => {
    const { server, owner, friend, client } = stage()
    const { key } = await client.send(friend.lid, { text: 'to be read' })
    const isAbout = (status: number) => (updates: { key: { id?: string | null }; update: { status?: unknown } }[]) =>
      updates.some((update) => update.key.id === key.id && update.update.status === status)
    await client.event('messages.update', isAbout(proto.WebMessageInfo.Status.DELIVERY_ACK), 'the arrival')
    await server.world.read(friend, owner, { id: key.id ?? '', author: owner })
    await client.event('messages.update', isAbout(proto.WebMessageInfo.Status.READ), 'the reading')
    const { id } = await server.world.say(friend, owner, 'read me')
    const heard = await client.text('read me')
    await client.socket.readMessages([heard.key])
    await server.until(
      () => friend.seen(owner).find((message) => message.id === id && message.readBy.has(owner)),
      'it read',
    )
  })

  it('carries replies, reactions, edits and deletions to the phone', async () => {
    const { server, owner, friend, client } = stage()
    await server.world.say(friend, owner, 'a question')
    const asked = await client.text('a question')
    const answer = await client.send(friend.lid, { text: 'an answer' }, { quoted: asked })
    const find = (id: unknown) => friend.seen(owner).find((message) => message.id === id)
    const seen = await server.until(() => find(answer.key.id), 'the answer')
    assert.equal(seen.repliesTo?.text, 'a question')
    await client.send(friend.lid, { react: { text: '🎉', key: asked.key } })
    await server.until(() => find(asked.key.id)?.reactions.get(owner), 'the reaction')
    await client.send(friend.lid, { react: { text: '', key: asked.key } })
    await server.until(() => (find(asked.key.id)?.reactions.size === 0 ? true : undefined), 'no reaction')
    await client.send(friend.lid, { text: 'a better answer', edit: answer.key })
    await server.until(() => (find(answer.key.id)?.text === 'a better answer' ? true : undefined), 'the edit')
    await client.send(friend.lid, { delete: answer.key })
    await server.until(() => (find(answer.key.id)?.isDeleted === true ? true : undefined), 'the deletion')
  })

  it('carries replies, reactions, edits and deletions from the phone', async () => {
    const { server, owner, friend, client } = stage()
    const { key } = await client.send(friend.lid, { text: 'worth an answer' })
    const mine = { id: key.id ?? '', author: owner }
    await server.until(() => friend.seen(owner).find(({ id }) => id === key.id), 'the message')
    await server.world.reply(friend, owner, { to: mine, text: 'the answer' })
    const answer = await client.message(
      ({ message }) => message?.extendedTextMessage?.text === 'the answer',
      'the answer',
    )
    assert.equal(answer.message?.extendedTextMessage?.contextInfo?.stanzaId, key.id)
    await server.world.react(friend, owner, { to: mine, emoji: '👍' })
    await client.event('messages.reaction', ([one]) => one?.reaction.text === '👍' && one.key.id === key.id, 'it')
    const theirs = { id: answer.key.id ?? '', author: friend }
    await server.world.edit(friend, owner, { message: theirs, text: 'mended' })
    const isEdit = (updates: { update: { message?: proto.IMessage | null } }[]): boolean =>
      updates.some(({ update }) => update.message?.editedMessage?.message?.conversation === 'mended')
    await client.event('messages.update', isEdit, 'the edit')
    await server.world.takeBack(friend, owner, theirs)
    const isGone = (updates: { key: { id?: string | null }; update: { message?: unknown } }[]): boolean =>
      updates.some((update) => update.key.id === theirs.id && update.update.message === null)
    await client.event('messages.update', isGone, 'the deletion')
  })

  it('carries places and cards both ways', async () => {
    const { server, owner, friend, client } = stage()
    await server.world.locate(friend, owner, { latitude: 48.25, longitude: 16.5, name: 'a place' })
    const place = await client.message(({ message }) => message?.locationMessage?.name === 'a place', 'the place')
    assert.equal(place.message?.locationMessage?.degreesLatitude, 48.25)
    await server.world.sendContact(friend, owner, { name: 'Somebody', phone: '+15550000009' })
    await client.message(({ message }) => message?.contactMessage?.displayName === 'Somebody', 'the card')
    await client.send(friend.lid, { location: { degreesLatitude: 1.5, degreesLongitude: 2.5 } })
    const seen = await server.until(() => friend.seen(owner).find(({ location }) => location?.latitude === 1.5), 'it')
    assert.equal(seen.location?.longitude, 2.5)
  })

  it('shows what was written on the own phone', async () => {
    const { server, owner, friend, client } = stage()
    await server.world.sayElsewhere(owner, friend, 'from my phone')
    const heard = await client.text('from my phone')
    assert.deepEqual([heard.key.fromMe, heard.key.remoteJid], [true, friend.lid])
  })

  it('tells of typing, both ways', async () => {
    const { server, owner, friend, client } = stage()
    server.world.type(friend, owner)
    await client.event('presence.update', ({ id }) => id === friend.lid, 'typing')
    await client.socket.sendPresenceUpdate('composing', friend.lid)
    await server.until(() => friend.typingSeen.find(({ chat }) => chat === owner), 'typing')
  })

  it('keeps what is said while the client is away, in order', async () => {
    const { server, owner, friend } = stage()
    await stage().client[Symbol.asyncDispose]()
    for (const number of [1, 2, 3]) await server.world.say(friend, owner, `meanwhile ${number}`)
    stage().client = await stage().client.again()
    await stage().client.text('meanwhile 3')
    const texts = stage()
      .client.texts()
      .filter((text) => text.startsWith('meanwhile'))
    assert.deepEqual(texts, ['meanwhile 1', 'meanwhile 2', 'meanwhile 3'])
    await server.until(() => (server.isDelivered(owner) ? true : undefined), 'all confirmed')
  })

  it('tells names of the phone book', async () => {
    const { server, owner, friend, client } = stage()
    await server.world.nameContact(owner, friend, 'My friend')
    await client.event('contacts.upsert', (contacts) => contacts.some(({ name }) => name === 'My friend'), 'the name')
  })

  it('takes settings that the client shares with other devices', async () => {
    const { server, owner, friend, client } = stage()
    await server.until(() => owner.seen(friend)[0], 'a message')
    await client.socket.chatModify({ mute: 3_600_000 }, friend.lid)
    await client.socket.chatModify({ mute: null }, friend.lid)
  })

  it('finds people by number', async () => {
    const { friend, client } = stage()
    const found = await client.socket.onWhatsApp(`+${friend.phone}`, '+15559999999')
    assert.deepEqual(
      found?.map(({ jid, exists }) => [jid, exists]),
      [[friend.pn, true]],
    )
  })

  it('keeps the order of many messages both ways at once', async () => {
    const { server, owner, friend, client } = stage()
    const numbers = Array.from({ length: 60 }, (_, index) => index)
    const said = Promise.all(numbers.map((number) => server.world.say(friend, owner, `there ${number}`)))
    for (const number of numbers) await client.send(friend.lid, { text: `here ${number}` })
    await said
    await client.text('there 59')
    await server.until(() => friend.seen(owner).find(({ text }) => text === 'here 59'), 'the last')
    const heard = client.texts().filter((text) => text.startsWith('there '))
    assert.deepEqual(
      heard,
      numbers.map((number) => `there ${number}`),
    )
    const seen = friend
      .seen(owner)
      .map(({ text }) => text)
      .filter((text) => text.startsWith('here '))
    assert.deepEqual(
      seen,
      numbers.map((number) => `here ${number}`),
    )
  })
})
