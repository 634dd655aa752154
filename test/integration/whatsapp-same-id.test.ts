import assert from 'node:assert/strict'
import { ManagementRoom } from '../src/matrix/management-room.ts'
import type { SeenEvent } from '../src/matrix/matrix-person.ts'
import { startLoopbackStage } from '../src/loopback/loopback-stage.ts'
import { startWhatsAppServer, trustTestRoot, type MessageRef } from '../src/whatsapp/index.ts'

const id = '3EB0C0FFEE00000000000001'

async function startStage() {
  trustTestRoot()
  const server = await startWhatsAppServer()
  const account = server.addPerson({ name: 'Owner', phone: '15550000001' })
  const friend = server.addPerson({ name: 'Friend', phone: '15550000002' })
  const other = server.addPerson({ name: 'Other', phone: '15550000003' })
  const group = server.addGroup('The group', [account, friend, other])
  const stage = await startLoopbackStage({
    networks: [
      {
        id: 'whatsapp',
        botLocalpart: 'whatsappbot',
        settings: { server: { url: server.url, media_ca: server.mediaCertificate } },
        withoutSteps: {},
        newChat: () => Promise.reject(new Error('nobody asks for one')),
        keepsHistory: true,
        speakers: 1,
        pauseMs: 80,
        async enter([owner]) {
          if (owner === undefined) return []
          const room = await ManagementRoom.open(owner, 'whatsappbot')
          await owner.say(room.roomId, 'login qr')
          await server.scan(account, await room.qrCode())
          await room.answer('Logged in')
          return []
        },
        faults: {
          outstanding: () => 0,
          disconnect: () => Promise.resolve(server.dropConnections()),
          malformed: () => undefined,
        },
        violations: () => server.violations,
        save: () => ({ server: undefined, roomIds: [] }),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      },
    ],
  })
  return { stage, server, account, friend, other, group }
}

function target({ content }: SeenEvent): string | undefined {
  const relation = content['m.relates_to'] as { event_id?: string; 'm.in_reply_to'?: { event_id?: string } } | undefined
  return relation?.event_id ?? relation?.['m.in_reply_to']?.event_id
}

describe('WhatsApp: the id of a message is its sender’s choice, and theirs', function () {
  it('two in a group and the account’s own phone use one: three messages, and each change finds its own', async () => {
    const { stage, server, account, friend, other, group } = await startStage()
    await using _ended = stage
    const { person } = stage
    const said: [MessageRef, SeenEvent][] = []
    for (const author of [friend, other, account]) {
      const conversation = `of ${author.name}`
      const message = await server.world.post(author, group, { conversation }, id)
      said.push([message, await person.hear(conversation)])
    }
    const roomId = said[0]?.[1].room_id ?? ''
    for (const [to, event] of said) {
      const { name } = to.author
      await server.world.reply(friend, group, { to, text: `an answer to ${name}` })
      assert.equal(target(await person.hear(`an answer to ${name}`)), event.event_id)
      await server.world.react(other, group, { to, emoji: '👍' })
      const reaction = await person.see(({ type, content }) => {
        const relation = content['m.relates_to'] as { event_id?: string } | undefined
        return type === 'm.reaction' && relation?.event_id === event.event_id
      })
      assert.equal(reaction.sender, `@whatsapp_lid-${other.lid.replace('@lid', '')}:localhost`)
      await server.world.edit(to.author, group, { message: to, text: `${name}, mended` })
      assert.equal(target(await person.hear(`* ${name}, mended`)), event.event_id)
      const relation = { 'm.in_reply_to': { event_id: event.event_id } }
      await person.send(roomId, { msgtype: 'm.text', body: `mine to ${name}`, 'm.relates_to': relation })
      const answer = await server.until(
        () => friend.seen(group).find(({ text }) => text === `mine to ${name}`),
        'the answer from Matrix',
      )
      assert.equal(answer.repliesTo?.text, `${name}, mended`)
    }
    const [last] = said.at(1) ?? []
    assert.ok(last)
    await server.world.takeBack(other, group, last)
    const redaction = await person.see((one) => one.type === 'm.room.redaction' && one.room_id === roomId)
    assert.equal(redaction.redacts, said[1]?.[1].event_id)
    assert.deepEqual(server.violations, [])
  })

  it('what comes in Matrix’s name keeps apart from it, too', async () => {
    const { stage, server, account, friend, group } = await startStage()
    await using _ended = stage
    const { person } = stage
    for (const chat of [group, account]) {
      const side = chat === group ? group : friend
      await server.world.say(friend, chat, `hello in the ${chat.kind}`)
      const { room_id: roomId } = await person.hear(`hello in the ${chat.kind}`)
      await person.say(roomId, `mine in the ${chat.kind}`)
      const mine = await server.until(
        () => account.seen(side).find(({ text }) => text === `mine in the ${chat.kind}`),
        'what was said in Matrix',
      )
      await stage.settled()
      await server.world.post(friend, chat, { conversation: `stolen in the ${chat.kind}` }, mine.id)
      await person.hear(`stolen in the ${chat.kind}`, roomId)
      await server.world.react(friend, chat, { to: mine, emoji: '🎉' })
      const reaction = await person.see(({ type, room_id: at }) => type === 'm.reaction' && at === roomId)
      const own = (await person.history(roomId)).find(({ content }) => content['body'] === `mine in the ${chat.kind}`)
      assert.equal(target(reaction), own?.event_id)
    }
    assert.deepEqual(server.violations, [])
  })
})
