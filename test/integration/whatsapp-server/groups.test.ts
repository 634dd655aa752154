import assert from 'node:assert/strict'
import { useStage } from './stage.ts'

describe('groups on the WhatsApp server', () => {
  const stage = useStage()

  it('are known with their members', async () => {
    const { group, owner, friend, third, client } = stage()
    const known = await client.socket.groupMetadata(group.jid)
    assert.equal(known.subject, 'The group')
    assert.deepEqual(
      known.participants.map(({ id }) => id),
      [owner.lid, friend.lid, third.lid],
    )
    assert.deepEqual(Object.keys(await client.socket.groupFetchAllParticipating()), [group.jid])
  })

  it('carry text both ways, with keys shared once', async () => {
    const { server, group, owner, friend, third, client } = stage()
    for (const number of [1, 2, 3]) {
      await server.world.say(friend, group, `from a friend ${number}`)
      await server.world.say(third, group, `from a third ${number}`)
      const heard = await client.text(`from a third ${number}`)
      assert.deepEqual([heard.key.remoteJid, heard.key.participant], [group.jid, third.lid])
      await client.text(`from a friend ${number}`)
      await client.send(group.jid, { text: `to all ${number}` })
    }
    for (const person of [owner, friend, third]) {
      const seen = await server.until(() => person.seen(group).find(({ text }) => text === 'to all 3'), 'the last')
      assert.equal(seen.author, owner)
      const texts = person
        .seen(group)
        .map(({ text }) => text)
        .filter((text) => text.startsWith('to all'))
      assert.deepEqual(texts, ['to all 1', 'to all 2', 'to all 3'])
    }
  })

  it('carry replies, reactions, edits and deletions both ways', async () => {
    const { server, group, owner, friend, third, client } = stage()
    const question = await server.world.say(friend, group, 'a question to all')
    const asked = await client.text('a question to all')
    await client.send(group.jid, { react: { text: '🎉', key: asked.key } })
    const find = (id: unknown) => third.seen(group).find((message) => message.id === id)
    await server.until(() => find(question.id)?.reactions.get(owner), 'the reaction')
    const answer = await client.send(group.jid, { text: 'the answer' }, { quoted: asked })
    const seen = await server.until(() => find(answer.key.id), 'the answer')
    assert.equal(seen.repliesTo?.text, 'a question to all')
    await client.send(group.jid, { text: 'a better one', edit: answer.key })
    await server.until(() => (find(answer.key.id)?.text === 'a better one' ? true : undefined), 'the edit')
    await server.world.react(friend, group, { to: { id: seen.id, author: owner }, emoji: '👍' })
    await client.event('messages.reaction', ([one]) => one?.key.id === seen.id && one.reaction.text === '👍', 'it')
    await server.world.takeBack(friend, group, question)
    const isGone = (updates: { key: { id?: string | null }; update: { message?: unknown } }[]): boolean =>
      updates.some(({ key, update }) => key.id === question.id && update.message === null)
    await client.event('messages.update', isGone, 'the deletion')
  })

  it('tell who has read', async () => {
    const { server, group, owner, friend, client } = stage()
    const { key } = await client.send(group.jid, { text: 'read by whom' })
    const id = key.id ?? ''
    await server.until(() => friend.seen(group).find((message) => message.id === id), 'the message')
    await server.world.read(friend, group, { id, author: owner })
    await client.event(
      'message-receipt.update',
      (receipts) => receipts.some((one) => one.key.id === id && one.receipt.readTimestamp !== undefined),
      'the receipt',
    )
  })

  it('tell of changes, and take them', async () => {
    const { server, group, friend, third, client } = stage()
    const guest = server.addPerson({ name: 'Guest', phone: '15550000004' })
    await server.world.rename(friend, group, 'Renamed')
    await client.event('groups.update', (groups) => groups.some(({ subject }) => subject === 'Renamed'), 'the name')
    await server.world.setTopic(friend, group, 'What it is about')
    await client.event('groups.update', (groups) => groups.some(({ desc }) => desc === 'What it is about'), 'it')
    await server.world.add(friend, group, guest)
    const isAbout = (action: string) => (update: { action: string; participants: { id: string }[] }) =>
      update.action === action && update.participants.some(({ id }) => id === guest.lid)
    await client.event('group-participants.update', isAbout('add'), 'the guest coming')
    await server.world.promote(friend, group, guest)
    await client.event('group-participants.update', isAbout('promote'), 'the guest promoted')
    await server.world.remove(friend, group, guest)
    await client.event('group-participants.update', isAbout('remove'), 'the guest going')
    await client.socket.groupUpdateSubject(group.jid, 'Named from here')
    assert.equal(group.subject, 'Named from here')
    await client.socket.groupUpdateDescription(group.jid, 'Described from here')
    assert.equal(group.description, 'Described from here')
    await client.socket.groupParticipantsUpdate(group.jid, [third.lid], 'promote')
    assert.equal(group.members.get(third)?.isAdmin, true)
  })

  it('are read on after a member has left', async () => {
    const { server, group, friend, third, client } = stage()
    await server.world.remove(third, group, third)
    await server.world.say(friend, group, 'after the leaving')
    await client.text('after the leaving')
    await client.send(group.jid, { text: 'to those who are left' })
    await server.until(() => friend.seen(group).find(({ text }) => text === 'to those who are left'), 'it')
    assert.ok(!third.seen(group).some(({ text }) => text === 'to those who are left'))
  })

  it('show what was written on the own phone', async () => {
    const { server, group, owner, client } = stage()
    await server.world.sayElsewhere(owner, group, 'from my phone to all')
    const heard = await client.text('from my phone to all')
    assert.deepEqual([heard.key.fromMe, heard.key.remoteJid], [true, group.jid])
  })

  it('tell who types', async () => {
    const { server, group, friend, client } = stage()
    server.world.type(friend, group)
    await client.event('presence.update', ({ id, presences }) => id === group.jid && friend.lid in presences, 'typing')
    await client.socket.sendPresenceUpdate('composing', group.jid)
    await server.until(() => friend.typingSeen.find(({ chat }) => chat === group), 'typing')
  })
})
