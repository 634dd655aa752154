import assert from 'node:assert/strict'
import type { LoopbackChat } from '../src/loopback/loopback-chat.ts'
import type { LoopbackNetwork } from '../src/loopback/loopback-network.ts'
import { startLoopbackStage, type LoopbackStage } from '../src/loopback/loopback-stage.ts'
import type { SharedScene } from '../src/loopback/abilities.ts'
import { sharedLoopbacks } from '../src/loopback/start-loopback.ts'
import { speakersOf } from '../src/kill/traffic.ts'
import type { MatrixPerson, SeenEvent } from '../src/matrix/matrix-person.ts'
import { newBody, react } from './scenes/said.ts'

for (const [name, { start, without }] of Object.entries(sharedLoopbacks)) {
  describe(`own words are known whoever hears them, in the chats that several logins share on ${name}`, function () {
    let network: LoopbackNetwork
    let stage: LoopbackStage
    let chats: readonly LoopbackChat[]
    let counter = 0
    const fresh = (words: string): string => `${words} ${++counter}`

    before(async () => {
      network = await start()
      stage = await startLoopbackStage({ networks: [network], people: network.speakers })
      chats = stage.chats.get(name) ?? []
      assert.ok(chats.length > 0)
    })
    after(async () => await stage?.[Symbol.asyncDispose]())

    const readerOf = (chat: LoopbackChat): MatrixPerson => speakersOf(chat, stage.people)[0]?.[1] ?? stage.person

    /** What the room holds, once everything said before has come back as far as it will. */
    async function held(chat: LoopbackChat): Promise<SeenEvent[]> {
      const last = fresh('nothing more')
      await chat.say(last)
      await readerOf(chat).hear(last, chat.roomId)
      await stage.settled()
      return await readerOf(chat).history(chat.roomId)
    }

    const saying = (events: readonly SeenEvent[], words: string): SeenEvent[] =>
      events.filter(({ type, content }) => type === 'm.room.message' && content['body'] === words)

    async function talk(chat: LoopbackChat): Promise<void> {
      const said = new Map<string, string>()
      for (let number = 0; number < 10; number++) {
        for (const [, person] of speakersOf(chat, stage.people)) {
          const line = fresh('a line from Matrix')
          await person.say(chat.roomId, line)
          said.set(line, person.userId)
        }
      }
      for (const line of said.keys()) await chat.seeing(({ text }) => text === line, line)
      const events = await held(chat)
      for (const [line, sender] of said) {
        assert.deepEqual(
          saying(events, line).map((event) => event.sender),
          [sender],
          line,
        )
        assert.equal(chat.seen().filter(({ text }) => text === line).length, 1, line)
      }
    }

    it('what each person writes stands there once, under their own name', async () => {
      for (const chat of chats) await talk(chat)
    })

    it('also after a restart, and over broken connections', async () => {
      await stage.restart()
      for (const chat of chats) await talk(chat)
      await network.faults.disconnect()
      for (const chat of chats) await talk(chat)
    })

    /** Where the network has such a thing, one of the chats must have it. */
    function scene(what: SharedScene, title: string, play: () => Promise<void>): void {
      const reason = without[what]
      if (reason === undefined) it(title, play)
      else it(`${title} (not tried: ${reason})`)
    }

    scene('another app', 'what somebody says with another app stands there once, as theirs', async () => {
      for (const chat of chats) {
        assert.ok(chat.sayElsewhere !== undefined)
        const line = fresh('from the phone')
        await chat.sayElsewhere(line)
        await readerOf(chat).hear(line, chat.roomId)
        const events = await held(chat)
        assert.deepEqual(
          saying(events, line).map(({ sender }) => sender),
          [readerOf(chat).userId],
        )
      }
    })

    scene('changes', 'edits, reactions and deletions made here do not come back', async () => {
      for (const chat of chats) {
        const person = readerOf(chat)
        const [first, mended] = [fresh('to be mended'), fresh('mended')]
        const eventId = await person.say(chat.roomId, first)
        const { id } = await chat.seeing(({ text }) => text === first, first)
        for (const body of [fresh('nearly mended'), mended]) {
          const relation = { rel_type: 'm.replace', event_id: eventId }
          const fresh = { msgtype: 'm.text', body }
          await person.send(chat.roomId, { ...fresh, 'm.new_content': fresh, 'm.relates_to': relation })
        }
        await chat.seeing(({ text }) => text === mended, mended)
        await react(person, chat, eventId, '👍')
        await chat.seeing((message) => message.id === id && message.reactions.includes('👍'), 'the reaction')
        await held(chat)
        await person.redact(chat.roomId, eventId)
        await chat.seeing((message) => message.id === id && message.isDeleted, 'the deletion')
        const events = await held(chat)
        const about = events.filter(({ content }) => JSON.stringify(content).includes(eventId))
        assert.ok(about.every(({ sender }) => sender === person.userId))
        assert.equal(about.filter(({ content }) => newBody(content) !== undefined).length, 2)
        assert.equal(about.filter(({ type }) => type === 'm.reaction').length, 1)
        const isDeletion = ({ type, redacts, content }: SeenEvent): boolean =>
          type === 'm.room.redaction' && (redacts ?? content['redacts']) === eventId
        assert.equal(events.filter(isDeletion).length, 1)
      }
    })

    scene('topic and name', 'a topic and a name set here are set once', async () => {
      const shared = chats.filter(({ speakers = [] }) => speakers.length > 1)
      assert.ok(shared.length > 0)
      for (const chat of shared) {
        assert.ok(chat.sawInfo !== undefined)
        const person = readerOf(chat)
        const [topic, called] = [fresh('a topic'), fresh('a name')]
        await person.setState(chat.roomId, 'm.room.topic', { topic })
        await chat.sawInfo({ topic })
        await person.setState(chat.roomId, 'm.room.name', { name: called })
        await chat.sawInfo({ name: called })
        const events = await held(chat)
        const setting = events.filter(({ content }) => content['topic'] === topic || content['name'] === called)
        assert.deepEqual(
          setting.map(({ type, sender }) => [type, sender]),
          [
            ['m.room.topic', person.userId],
            ['m.room.name', person.userId],
          ],
        )
      }
    })

    const ownTitle = 'where each login has a room of its own, the other’s words stand there once, as a ghost’s'
    scene('rooms of one’s own', ownTitle, async () => {
      const own = chats.filter(({ speakers }) => speakers?.length === 1)
      assert.ok(own.length > 1)
      for (const chat of own) {
        const line = fresh('seen from the other room')
        await readerOf(chat).say(chat.roomId, line)
        await chat.seeing(({ text }) => text === line, line)
        for (const other of own) {
          if (other === chat) continue
          await readerOf(other).hear(line, other.roomId)
          const found = saying(await held(other), line)
          assert.equal(found.length, 1)
          assert.match(found[0]?.sender ?? '', new RegExp(`^@${name}_`))
        }
      }
    })

    const broadcastTitle =
      'in a chat that only some may write in, each line stands once, and whoever may not write is told'
    scene('broadcast', broadcastTitle, async () => {
      assert.ok(network.enterBroadcast !== undefined)
      const news = await network.enterBroadcast()
      const [editor, reader] = stage.people
      assert.ok(editor !== undefined && reader !== undefined)
      await stage.settled()
      const [theirs, ours, last] = [fresh('news of theirs'), fresh('news of ours'), fresh('more news of theirs')]
      await news.say(theirs)
      await editor.hear(theirs, news.roomId)
      const eventId = await editor.say(news.roomId, ours)
      await news.seeing(({ text }) => text === ours, ours)
      await assert.rejects(reader.say(news.roomId, fresh('not my news')), /M_FORBIDDEN/)
      await news.say(last)
      await reader.hear(last, news.roomId)
      await stage.settled()
      const events = await reader.history(news.roomId)
      for (const line of [theirs, ours, last]) assert.equal(saying(events, line).length, 1, line)
      assert.deepEqual(
        saying(events, ours).map(({ event_id: id, sender }) => [id, sender]),
        [[eventId, editor.userId]],
      )
      assert.equal(news.seen().filter(({ text }) => text === ours).length, 1)
      await editor.redact(news.roomId, eventId)
      await news.seeing(({ text, isDeleted }) => text === ours && isDeleted, 'the deletion')
    })

    it('the network has nothing against its clients', () => assert.deepEqual(network.violations(), []))

    it('writing while logged out is told at once, and kept until its writer logs in again or drops it', async () => {
      const [chat] = chats
      assert.ok(chat !== undefined && network.faults.revoke !== undefined)
      const [owner, guest] = stage.people
      assert.ok(owner !== undefined && guest !== undefined)
      await network.faults.revoke()
      const line = fresh('said into the void')
      const eventId = await owner.say(chat.roomId, line)
      const isTold = ({ content }: SeenEvent): boolean =>
        content['msgtype'] === 'm.notice' && JSON.stringify(content['m.relates_to'])?.includes(eventId) === true
      const notice = await owner.see(isTold, 'that it was not sent')
      assert.match(String(notice.content['body']), /logged out of|your login to/)
      assert.match(String(notice.content['body']), /kept.*discard.*retry/)
      const other = fresh('the other login is there')
      await guest.say(chat.roomId, other)
      await chat.seeing(({ text }) => text === other, other)
      assert.equal(chat.seen().filter(({ text }) => text === line).length, 0)
      const prefix = /`(\S+) discard`/.exec(String(notice.content['body']))?.[1]
      await owner.say(chat.roomId, `${prefix} discard`)
      await owner.hear('Dropped 1.', chat.roomId)
    })
  })
}
